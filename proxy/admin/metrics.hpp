// Counters to Prometheus' text format, through prometheus-cpp's serializer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proxy/core/stats.hpp"

namespace gatehouse::admin {

// Everything that a scrape shows, gathered by main from the workers, the capacity ledger and the registry.
struct Snapshot {
  Stats stats;                       // of all workers, added up
  std::vector<std::string> tenants;  // names of the series' places
  std::vector<std::string> listeners;
  struct Pool {  // of one tenant and pool
    std::string tenant;
    std::string_view pool;                                  // "web" | "websocket"
    std::uint64_t in_flight = 0, queued = 0, capacity = 0;  // capacity 0: no limit
  };
  std::vector<Pool> pools;
  struct EndpointState {
    std::string address;
    std::uint64_t in_flight = 0;
    bool ejected = false;
  };
  std::vector<EndpointState> endpoints;
  std::uint64_t registry_tenants = 0, registry_hosts = 0;
  double registry_age_seconds = 0;  // since what is served was current; 0 while it is
  bool registry_synced = false;
  std::uint64_t registry_problems = 0;  // refreshes that failed
  std::uint64_t spool_bytes = 0, spool_failures = 0, log_dropped = 0, reloads = 0, reload_failures = 0;
  std::uint64_t expired_tenants = 0;   // past their expires_at
  std::uint64_t uncapped_tenants = 0;  // without odoo.workers: nothing limits what they get
  std::string version;
};

std::string expose(const Snapshot& snapshot);

}  // namespace gatehouse::admin
