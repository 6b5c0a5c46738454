// Odoo's web port in prefork mode: W workers take connections from one listening socket and serve one request each.
//
//   PreforkServer: the socket is bound once, with a backlog of 8 × workers; nobody dispatches, a free worker accepts.
//   WorkerHTTP: 2 s of socket timeout both ways. A connection that says nothing blocks its worker for that long.
//   werkzeug: HTTP/1.0 and Connection: close whatever was asked; a pipelined request is thrown away; head and body are
//     written apart; Expect: 100-continue is answered before anything else.
//   A client that leaves does not cancel the work.
//   Stop: the listening socket goes first (what waits in its queue is reset), requests in flight are finished.
#pragma once

#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "bench/odoo_sim/app.hpp"

namespace gatehouse::odoo_sim {

// What serves: normally an App, for the control port the statistics.
struct Service {
  std::function<Answer(const Request&, const Origin&)> answer;
  std::function<bool(const Request&)> reads_body;
};

class WebServer {
 public:
  struct Config {
    Endpoint address{boost::asio::ip::address_v4::loopback(), 0};
    int workers = 2;
    std::chrono::milliseconds socket_timeout{2000};  // ODOO_HTTP_SOCKET_TIMEOUT
    std::uint64_t seed = 1;
  };

  // Listens from here on. `service` and `stats` must outlive the server.
  WebServer(Config config, const Service& service, Stats& stats);
  ~WebServer() { stop(); }

  Endpoint endpoint() const { return endpoint_; }
  Counters counters() { return stats_.read(listener_.get()); }
  void stop();

 private:
  void work(int index);
  bool wait_for_connection();
  void serve(Socket& socket, const Origin& origin);
  std::optional<Request> read_request(Socket& socket);
  bool read_body(Socket& socket, std::string& buffer, Request& request);
  Io play(Socket& socket, const Answer& answer, const Request& request);
  void refuse(Socket& socket, int status, bool bare);

  Config config_;
  const Service& service_;
  Stats& stats_;
  Descriptor listener_;
  Descriptor stopping_;  // an eventfd that is readable from stop() on
  Endpoint endpoint_;
  std::vector<std::thread> workers_;
};

}  // namespace gatehouse::odoo_sim
