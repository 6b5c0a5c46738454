#include "bench/odoo_sim/stats.hpp"

#include <sys/socket.h>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace gatehouse::odoo_sim {

Descriptor Stats::accept(int listener) {
  const std::lock_guard lock(mutex_);
  look_at_queue(listener);
  Descriptor fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) return fd;
  ++counters_.accepted;
  ++counters_.in_flight;
  counters_.max_in_flight = std::max(counters_.max_in_flight, counters_.in_flight);
  return fd;
}

void Stats::finished(int listener) {
  const std::lock_guard lock(mutex_);
  look_at_queue(listener);
  --counters_.in_flight;
}

void Stats::count(std::uint64_t Counters::*counter) {
  const std::lock_guard lock(mutex_);
  ++(counters_.*counter);
}

void Stats::websocket_opened() {
  const std::lock_guard lock(mutex_);
  ++counters_.websockets_open;
  ++counters_.websockets_total;
}

void Stats::websocket_closed() {
  const std::lock_guard lock(mutex_);
  --counters_.websockets_open;
}

Counters Stats::read(int listener) {
  const std::lock_guard lock(mutex_);
  look_at_queue(listener);
  return counters_;
}

void Stats::reset() {
  const std::lock_guard lock(mutex_);
  Counters fresh;
  fresh.in_flight = fresh.max_in_flight = counters_.in_flight;
  fresh.websockets_open = counters_.websockets_open;
  counters_ = fresh;
}

void Stats::look_at_queue(int listener) {
  counters_.waiting = accept_queue(listener);
  counters_.max_waiting = std::max(counters_.max_waiting, counters_.waiting);
  counters_.max_demand = std::max(counters_.max_demand, counters_.in_flight + counters_.waiting);
}

std::string to_json(const Counters& c) {
  return nlohmann::ordered_json{
      {"in_flight", c.in_flight},     {"max_in_flight", c.max_in_flight},     {"waiting", c.waiting},
      {"max_waiting", c.max_waiting}, {"max_demand", c.max_demand},           {"accepted", c.accepted},
      {"requests", c.requests},       {"idle_timeouts", c.idle_timeouts},     {"truncated", c.truncated},
      {"aborted", c.aborted},         {"websockets_open", c.websockets_open}, {"websockets_total", c.websockets_total}}
      .dump();
}

}  // namespace gatehouse::odoo_sim
