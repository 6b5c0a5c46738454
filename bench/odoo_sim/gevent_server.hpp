// Odoo's realtime port: one gevent process, that is one thread, for all connections; HTTP/1.1 with keep-alive, all of
// Odoo's routes and the websockets. What blocks (a report) stalls everybody, as a login stalls Odoo's event loop.
//
//   Handshake: Origin is required (400) but not looked at; Sec-WebSocket-Version must be 13 (with Werkzeug 2.2 500
//     instead of 426); no extension is negotiated; the 101 sets a session cookie and Access-Control-Allow-Origin.
//   Past max_websockets (file descriptors run out) a handshake hangs without an error.
//   Stop: the process is killed, websockets see the end of the stream without a close frame.
#pragma once

#include <memory>
#include <thread>

#include "bench/odoo_sim/web_server.hpp"
#include "bench/odoo_sim/websocket.hpp"

namespace gatehouse::odoo_sim {

class GeventServer {
 public:
  struct Config {
    bool enabled = true;
    Endpoint address{boost::asio::ip::address_v4::loopback(), 0};
    std::size_t max_websockets = 337;  // what ulimit -n 1024 gives
    std::uint64_t seed = 1;
    Websocket::Config websocket;
  };

  // Listens and serves from here on. `service`, `app` and `stats` must outlive the server.
  GeventServer(Config config, const Service& service, const App& app, Stats& stats);
  ~GeventServer() { stop(); }

  Endpoint endpoint() const { return endpoint_; }
  void stop();

 private:
  class Connection;

  Task accept_all();
  Task serve(boost::asio::ip::tcp::socket socket);

  Config config_;
  const Service& service_;
  const App& app_;
  Stats& stats_;
  std::mt19937_64 random_;
  std::size_t websockets_ = 0;
  std::unique_ptr<boost::asio::io_context> loop_ = std::make_unique<boost::asio::io_context>(1);
  std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
  Endpoint endpoint_;
  std::thread thread_;
};

}  // namespace gatehouse::odoo_sim
