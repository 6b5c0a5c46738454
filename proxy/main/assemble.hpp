// From settings and tenants to something that runs: the one place that knows everybody.
#pragma once

#include <map>
#include <memory>

#include "proxy/core/stats.hpp"
#include "proxy/upstream/backend.hpp"
#include "proxy/upstream/forward.hpp"
#include "routing/registry.hpp"

namespace gatehouse {

// Gives tenants their chains: equal policies share one, what is the tenant's own comes from the exchange. Control
// thread.
class Chains {
 public:
  explicit Chains(HandlerPtr last) : last_(std::move(last)) {}
  HandlerPtr chain_for(const config::Json& middlewares, const std::string& path, config::Problems& problems);
  void forget_unused();  // after a load

 private:
  HandlerPtr last_;
  std::map<std::string, std::weak_ptr<Handler>> chains_;  // by the list's text
};

// What main hands to the registry. `backends` null: for `check` and `explain`, which run nothing.
class Attacher {
 public:
  Attacher(Chains& chains, upstream::Backends* backends, SeriesTable* series)
      : chains_(chains), backends_(backends), series_(series) {}
  void operator()(routing::Tenant& tenant, const routing::Tenant* previous, config::Problems& problems) const;

 private:
  Chains& chains_;
  upstream::Backends* backends_;
  SeriesTable* series_;
};

}  // namespace gatehouse
