// One address that serves requests, whatever tenants use it: its slots and its health. Shared by all threads;
// everything that changes is guarded by the ledger's lock.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "proxy/core/net.hpp"
#include "proxy/upstream/fair_queue.hpp"

namespace gatehouse::upstream {

struct Endpoint {
  explicit Endpoint(tcp::endpoint at);

  const tcp::endpoint address;
  const std::string name;  // "10.0.0.7:8069", in logs and metrics

  // Guarded by Ledger.
  unsigned in_flight = 0;
  std::array<unsigned, kLanes> in_lane{};
  FairQueue queue;
  unsigned failures = 0;   // in a row
  unsigned ejections = 0;  // in a row; each lasts longer
  TimePoint ejected_until{};
};
using EndpointPtr = std::shared_ptr<Endpoint>;

struct WeightedEndpoint {
  EndpointPtr endpoint;
  unsigned weight = 1;
};
using EndpointList = std::vector<WeightedEndpoint>;

}  // namespace gatehouse::upstream
