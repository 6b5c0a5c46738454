#include "bench/odoo_sim/odoo_sim.hpp"

namespace gatehouse::odoo_sim {

OdooSim::OdooSim(Config config) : config_(std::move(config)), app_(config_.app) {
  service_.reads_body = [this](const Request& request) { return app_.reads_body(request); };
  service_.answer = [this](const Request& request, const Origin& origin) {
    return request.path() == "/sim/stats" ? json_answer(to_json(counters())) : app_.answer(request, origin);
  };
  control_service_.reads_body = [](const Request&) { return true; };
  control_service_.answer = [this](const Request& request, const Origin&) { return control_answer(request); };
}

void OdooSim::start() {
  web_ = std::make_unique<WebServer>(config_.web, service_, stats_);
  config_.web.address = web_->endpoint();
  if (config_.websocket.enabled) {
    websocket_ = std::make_unique<GeventServer>(config_.websocket, service_, app_, stats_);
    config_.websocket.address = websocket_->endpoint();
  }
  if (!config_.control) return;
  const WebServer::Config control{.address = *config_.control, .workers = 1};
  control_ = std::make_unique<WebServer>(control, control_service_, control_stats_);
  config_.control = control_->endpoint();
}

void OdooSim::stop() {
  websocket_.reset();
  if (web_) web_->stop();
  control_.reset();
  web_.reset();
}

Answer OdooSim::control_answer(const Request& request) {
  const std::string path = request.path();
  if (path == "/stats" || path == "/sim/stats") return json_answer(to_json(counters()));
  if (path != "/reset" || request.method != "POST") return error_page(404);
  reset_counters();
  return json_answer(to_json(counters()));
}

}  // namespace gatehouse::odoo_sim
