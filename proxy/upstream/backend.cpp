#include "proxy/upstream/backend.hpp"

namespace gatehouse::upstream {

std::shared_ptr<Backend> Backends::attach(const routing::Tenant& tenant, const routing::Tenant* previous) {
  auto state = previous && previous->backend ? previous->backend->share() : std::make_shared<Backend::State>();
  const bool same_web = previous && previous->web == tenant.web;
  const bool same_websocket = previous && previous->websocket == tenant.websocket;
  if (!same_web) attach_pool(tenant.web, state, state->web);
  if (!same_websocket) attach_pool(tenant.websocket, state, state->websocket);
  return std::make_shared<Backend>(std::move(state));
}

void Backends::attach_pool(const routing::PoolSpec& spec, const std::shared_ptr<Backend::State>& state, PoolState& pool) {
  // The state owns the pool: one reference keeps both for the resolver.
  discovery_.watch(std::shared_ptr<PoolState>(state, &pool), spec);
}

}  // namespace gatehouse::upstream
