// One client connection of the realtime port: requests one after another, until it becomes a websocket or ends.
#pragma once

#include "bench/odoo_sim/gevent_server.hpp"

namespace gatehouse::odoo_sim {

class GeventServer::Connection {
 public:
  Connection(GeventServer& server, boost::asio::ip::tcp::socket socket);
  ~Connection();

  Task run();

 private:
  boost::asio::awaitable<bool> serve_one();  // whether another request may follow
  boost::asio::awaitable<bool> receive();
  boost::asio::awaitable<bool> write(std::string_view bytes);
  boost::asio::awaitable<bool> read_body(Request& request);  // false: what came is no body
  boost::asio::awaitable<bool> answer(const Request& request);
  boost::asio::awaitable<bool> play(const Answer& answer, const Request& request, bool keep);
  boost::asio::awaitable<bool> write_page(int status);
  Task upgrade(const Request& request);
  Task linger();
  Answer handshake_answer(const Request& request, const Recorded* record);
  int handshake_problem(const Request& request) const;  // a status; 0: none

  GeventServer& server_;
  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
  bool counted_ = false;  // as an open websocket
};

}  // namespace gatehouse::odoo_sim
