// The handler that finds the tenant: host → tenant, path → class, state, host redirect, then the tenant's own chain.
// One per worker; the routes in force are swapped on the worker's loop, running exchanges keep the old ones.
#pragma once

#include "routing/registry.hpp"

namespace gatehouse::routing {

class Router final : public Handler {
 public:
  // The routes are wrapped per worker so that the exchanges' reference counts never cross threads.
  void set_routes(RoutesPtr routes);
  const Routes& routes() const { return **routes_; }

  // unknown_host · redirect (308, GET and HEAD of pages, query kept) · suspended · maintenance · the chain's outcome.
  Reply handle(Exchange& ex) override;

 private:
  std::shared_ptr<const RoutesPtr> routes_ = std::make_shared<const RoutesPtr>(std::make_shared<Routes>());
};

}  // namespace gatehouse::routing
