#include "proxy/upstream/backend.hpp"

namespace gatehouse::upstream {

std::shared_ptr<Backend> Backends::attach(const routing::Tenant& tenant, const routing::Tenant* previous) {
  auto state = previous && previous->backend ? previous->backend->share() : std::make_shared<Backend::State>();
  // The state owns its pools: one reference keeps both for the resolver.
  if (!previous || previous->web != tenant.web)
    changes_.push_back({std::shared_ptr<PoolState>(state, &state->web), tenant.web});
  if (!previous || previous->websocket != tenant.websocket)
    changes_.push_back({std::shared_ptr<PoolState>(state, &state->websocket), tenant.websocket});
  return std::make_shared<Backend>(std::move(state));
}

void Backends::commit() {
  for (auto& change : changes_) discovery_.watch(std::move(change.pool), change.spec);
  changes_.clear();
}

}  // namespace gatehouse::upstream
