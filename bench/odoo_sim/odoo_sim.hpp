// A stand-in for Odoo 18 that fails where Odoo fails: prefork workers on the web port (WebServer), one gevent process
// on the websocket port (GeventServer), Odoo's routes and some of its own to make trouble (App; README.md).
//
// It runs inside a program, on threads of its own, or as the program odoo_sim. What it imitates was seen on Odoo 18.0
// with Werkzeug 2.2.2 and gevent 22.10; each place says the fact.
#pragma once

#include <memory>

#include "bench/odoo_sim/app.hpp"
#include "bench/odoo_sim/gevent_server.hpp"
#include "bench/odoo_sim/stats.hpp"
#include "bench/odoo_sim/web_server.hpp"

namespace gatehouse::odoo_sim {

class OdooSim {
 public:
  struct Config {
    App::Config app;
    WebServer::Config web;
    GeventServer::Config websocket;
    std::optional<Endpoint> control;  // GET /stats, POST /reset: out of band, never takes a worker
  };

  // Throws std::runtime_error when the recording cannot be read. Does not listen yet.
  explicit OdooSim(Config config);
  ~OdooSim() { stop(); }

  // Throws std::system_error. Started again it listens on the ports that it had.
  void start();
  // The listening sockets go first, requests on the web port are finished, websockets are cut.
  void stop();

  // Once started; port 0 in the config was filled in.
  Endpoint web() const { return config_.web.address; }
  Endpoint websocket() const { return config_.websocket.address; }
  Endpoint control() const { return config_.control.value_or(Endpoint{}); }

  Counters counters() { return web_ ? web_->counters() : Counters{}; }
  void reset_counters() { stats_.reset(); }

 private:
  Answer control_answer(const Request& request);

  Config config_;
  Stats stats_;
  Stats control_stats_;  // the control port's own, which nobody reads
  App app_;
  Service service_;
  Service control_service_;
  std::unique_ptr<WebServer> web_;
  std::unique_ptr<GeventServer> websocket_;
  std::unique_ptr<WebServer> control_;
};

}  // namespace gatehouse::odoo_sim
