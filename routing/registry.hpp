// Where tenants come from. One interface for files and for what comes later; the data plane only sees snapshots of it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/problem.hpp"
#include "routing/host_index.hpp"
#include "routing/sharded_map.hpp"

namespace gatehouse::routing {

using TenantMap = ShardedMap<TenantPtr>;  // by id

// All tenants and hosts at one moment. Immutable.
struct Routes {
  std::shared_ptr<const HostIndex> hosts = std::make_shared<HostIndex>();
  std::shared_ptr<const TenantMap> tenants = std::make_shared<TenantMap>();
  std::uint64_t revision = 0;
};
using RoutesPtr = std::shared_ptr<const Routes>;

// Gives a parsed tenant its chain and backend. `previous` is the tenant of the same id before, so that a backend can
// keep its queue; null for a new one. Called on the thread that loads, also for tenants of a refresh that then fails.
// Paths of problems are relative to the tenant's document: "middlewares.path_policy.iot".
using Attach = std::function<void(Tenant& tenant, const Tenant* previous, config::Problems& problems)>;

class Registry {
 public:
  virtual ~Registry() = default;
  // Reads what changed since the last call. Errors: the problems, and routes() stays as it was. True when routes() is
  // new.
  virtual bool refresh(config::Problems& problems) = 0;
  virtual RoutesPtr routes() const = 0;
  virtual std::string describe() const = 0;  // "file /etc/gatehouse/tenants.yaml"
};

}  // namespace gatehouse::routing
