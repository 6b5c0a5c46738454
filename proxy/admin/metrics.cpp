#include "proxy/admin/metrics.hpp"

#include <algorithm>

#include "proxy/admin/families.hpp"

namespace gatehouse::admin {
namespace {

constexpr std::array<std::string_view, 2> kPools{"web", "websocket"};

std::string pool_name(bool websocket) { return std::string(kPools[websocket]); }
double number(auto value) { return static_cast<double>(value); }

// The tenants' series, each with its name.
template <class Each>
void each_tenant(const Snapshot& s, Each each) {
  for (std::size_t i = 0; i < std::min(s.stats.tenants.size(), s.tenants.size()); ++i)
    each(s.tenants[i], s.stats.tenants[i]);
}

void add_requests(Families& families, const Snapshot& s) {
  auto family = families.counter("requests_total", "Requests answered, by the status that the client was told.");
  each_tenant(s, [&](const std::string& tenant, const TenantStats& stats) {
    for (const auto& code : stats.codes) {
      const std::string path_class(code.path_class.empty() ? "none" : code.path_class);
      family.add({{"tenant", tenant},
                  {"pool", pool_name(code.websocket_pool)},
                  {"class", path_class},
                  {"code", std::to_string(code.status)}},
                 number(code.count));
    }
  });
}

void add_histogram(Families::Family family, const Snapshot& s, std::array<Histogram, 2> TenantStats::*member) {
  each_tenant(s, [&](const std::string& tenant, const TenantStats& stats) {
    for (const bool websocket : {false, true})
      family.add_if_any({{"tenant", tenant}, {"pool", pool_name(websocket)}}, (stats.*member)[websocket]);
  });
}

void add_durations(Families& families, const Snapshot& s) {
  add_histogram(
      families.histogram("request_duration_seconds", "From the complete head to the last byte, without websockets."), s,
      &TenantStats::duration);
  add_histogram(
      families.histogram("upstream_duration_seconds", "From the connect to the upstream to its complete head."), s,
      &TenantStats::upstream);
  add_histogram(families.histogram("queue_wait_seconds", "Wait for a free slot of an endpoint."), s,
                &TenantStats::queue);
}

// One counter by reason, of the causes that `belongs`.
template <class Belongs>
void add_causes(Families::Family family, const Snapshot& s, Belongs belongs) {
  each_tenant(s, [&](const std::string& tenant, const TenantStats& stats) {
    for (std::size_t i = 0; i < kErrcCount; ++i) {
      const auto code = static_cast<Errc>(i);
      if (belongs(code))
        family.add_if_any({{"tenant", tenant}, {"reason", std::string(meaning(code).name)}}, number(stats.causes[i]));
    }
  });
}

bool is_shed(Errc code) { return meaning(code).fault == Fault::capacity || code == Errc::too_many_sockets; }
bool is_upstream(Errc code) { return meaning(code).fault == Fault::upstream; }
bool is_refused(Errc code) { return !is_shed(code) && !is_upstream(code); }

// One number of each tenant.
template <class Number>
void add_of_tenant(Families::Family family, const Snapshot& s, Number TenantStats::*member) {
  each_tenant(s, [&](const std::string& tenant, const TenantStats& stats) {
    family.add_if_any({{"tenant", tenant}}, number(stats.*member));
  });
}

void add_tenants(Families& families, const Snapshot& s) {
  add_causes(families.counter("shed_total", "Requests turned away because there was no room for them."), s, is_shed);
  add_causes(families.counter("upstream_failures_total", "Requests that the upstream failed, by how it did."), s,
             is_upstream);
  add_causes(
      families.counter("refused_total", "Requests refused for what they are, or broken off by the client or by a bug."),
      s, is_refused);
  add_of_tenant(families.counter("retries_total", "Attempts at an upstream beyond the first."), s,
                &TenantStats::retries);
  add_of_tenant(families.counter("truncated_total", "Answers that broke off in the upstream."), s,
                &TenantStats::truncated);
  add_of_tenant(families.counter("client_gone_total", "Clients that left before their answer was complete."), s,
                &TenantStats::client_gone);
  add_of_tenant(
      families.counter("past_spool_total", "Answers that held their slot because the spool had no more room."), s,
      &TenantStats::past_spool);
  add_of_tenant(families.counter("worker_seconds_total", "Time that slots of the tenant's endpoints were held."), s,
                &TenantStats::worker_seconds);
  auto websockets =
      families.gauge("websockets", "Open websockets.");  // a gauge that was there goes to 0, it does not go away
  each_tenant(s, [&](const std::string& tenant, const TenantStats& stats) {
    websockets.add({{"tenant", tenant}}, number(stats.websockets));
  });
  auto bytes = families.counter("bytes_total", "Bytes of bodies, from clients (in) and to clients (out).");
  each_tenant(s, [&](const std::string& tenant, const TenantStats& stats) {
    bytes.add_if_any({{"tenant", tenant}, {"direction", "in"}}, number(stats.bytes_in));
    bytes.add_if_any({{"tenant", tenant}, {"direction", "out"}}, number(stats.bytes_out));
  });
}

// The load of all pools that share a series.
struct Load {
  std::uint64_t in_flight = 0, queued = 0;
  std::uint64_t limited = 0, capacity = 0;  // in flight and queued, and room, where there is a limit
};

void add_pools(Families& families, const Snapshot& s) {
  std::map<std::pair<std::string, std::string>, Load> loads;
  for (const auto& pool : s.pools) {
    const bool named = std::find(s.tenants.begin(), s.tenants.end(), pool.tenant) != s.tenants.end();
    Load& load = loads[{named ? pool.tenant : "other", std::string(pool.pool)}];
    load.in_flight += pool.in_flight;
    load.queued += pool.queued;
    load.capacity += pool.capacity;
    if (pool.capacity > 0) load.limited += pool.in_flight + pool.queued;
  }
  const auto add = [&](Families::Family family, auto value) {
    for (const auto& [key, load] : loads) family.add({{"tenant", key.first}, {"pool", key.second}}, value(load));
  };
  add(families.gauge("inflight", "Requests that hold a slot of an endpoint."),
      [](const Load& l) { return number(l.in_flight); });
  add(families.gauge("queue_depth", "Requests that wait for a slot."), [](const Load& l) { return number(l.queued); });
  std::erase_if(loads, [](const auto& entry) { return entry.second.capacity == 0; });
  add(families.gauge("saturation_ratio",
                     "Requests in flight and waiting over the slots that there are; only where there is a limit."),
      [](const Load& l) { return number(l.limited) / number(l.capacity); });
}

template <class Number>
void add_of_listener(Families::Family family, const Snapshot& s, Number ListenerStats::*member) {
  for (std::size_t i = 0; i < std::min(s.listeners.size(), s.stats.listeners.size()); ++i)
    family.add({{"listener", s.listeners[i]}}, number(s.stats.listeners[i].*member));
}

void add_listeners(Families& families, const Snapshot& s) {
  add_of_listener(families.gauge("connections", "Open connections of clients."), s, &ListenerStats::connections);
  add_of_listener(families.counter("accepted_total", "Connections accepted."), s, &ListenerStats::accepted);
  auto refused = families.counter("connections_refused_total", "Connections closed at once because of a limit.");
  for (std::size_t i = 0; i < std::min(s.listeners.size(), s.stats.listeners.size()); ++i) {
    refused.add({{"listener", s.listeners[i]}, {"limit", "per_ip"}}, number(s.stats.listeners[i].refused_per_ip));
    refused.add({{"listener", s.listeners[i]}, {"limit", "total"}}, number(s.stats.listeners[i].refused_total));
  }
}

void add_endpoints(Families& families, const Snapshot& s) {
  auto in_flight = families.gauge("endpoint_inflight", "Requests that hold a slot of the endpoint.");
  for (const auto& endpoint : s.endpoints) in_flight.add({{"endpoint", endpoint.address}}, number(endpoint.in_flight));
  auto ejected = families.gauge("endpoint_ejected", "1 while the endpoint is left alone because it fails.");
  for (const auto& endpoint : s.endpoints) ejected.add({{"endpoint", endpoint.address}}, number(endpoint.ejected));
}

void add_node(Families& families, const Snapshot& s) {
  families.gauge("registry_tenants", "Tenants known.").add({}, number(s.registry_tenants));
  families.gauge("registry_hosts", "Host names known.").add({}, number(s.registry_hosts));
  families.gauge("registry_age_seconds", "Time since the registry was last read with success.")
      .add({}, s.registry_age_seconds);
  families.gauge("registry_synced", "1 when the last look at the registry succeeded.")
      .add({}, number(s.registry_synced));
  families.counter("registry_failures_total", "Looks at the registry that failed.")
      .add({}, number(s.registry_problems));
  families.gauge("tenants_expired", "Tenants past their expires_at.").add({}, number(s.expired_tenants));
  families.gauge("tenants_uncapped", "Tenants without odoo.workers: nothing limits what they get.")
      .add({}, number(s.uncapped_tenants));
  families.gauge("spool_bytes", "Bytes reserved on the spool's disk.").add({}, number(s.spool_bytes));
  families.counter("spool_failures_total", "Times that the spool had no room, or its disk failed.")
      .add({}, number(s.spool_failures));
  families.counter("access_log_dropped_total", "Lines of the access log that were lost.")
      .add({}, number(s.log_dropped));
  auto reloads = families.counter("reloads_total", "Reloads of the configuration, by how they ended.");
  reloads.add({{"result", "ok"}}, number(s.reloads));
  reloads.add({{"result", "failed"}}, number(s.reload_failures));
  families.counter("session_failures_total", "Exchanges ended by an exception: bugs.")
      .add({}, number(s.stats.session_failures));
  families.counter("connections_handed_over_total", "Connections given to a less loaded worker.")
      .add({}, number(s.stats.handed_over));
  families.gauge("build_info", "Always 1; says what is running.").add({{"version", s.version}}, 1);
}

}  // namespace

std::string expose(const Snapshot& snapshot) {
  Families families;
  add_requests(families, snapshot);
  add_durations(families, snapshot);
  add_tenants(families, snapshot);
  add_pools(families, snapshot);
  add_listeners(families, snapshot);
  add_endpoints(families, snapshot);
  add_node(families, snapshot);
  return families.serialise();
}

}  // namespace gatehouse::admin
