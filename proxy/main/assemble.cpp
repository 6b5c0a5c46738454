#include "proxy/main/assemble.hpp"

#include "middleware/registry.hpp"

namespace gatehouse {

HandlerPtr Chains::chain_for(const config::Json& middlewares, const std::string& path, config::Problems& problems) {
  auto& known = chains_[middlewares.dump()];
  if (auto chain = known.lock()) return chain;
  config::Problems found;
  auto chain = middleware::build_chain(middlewares, path, last_, found);
  if (!found.any_errors()) known = chain;  // a chain that lacks a guard is nobody's, and each tenant hears why
  problems.append(found);
  return chain;
}

void Chains::forget_unused() {
  std::erase_if(chains_, [](const auto& entry) { return entry.second.expired(); });
}

void Attacher::operator()(routing::Tenant& tenant, const routing::Tenant* previous, config::Problems& problems) const {
  if (series_) tenant.series = series_->place(tenant.id);
  tenant.chain = chains_.chain_for(tenant.middlewares, "middlewares", problems);
  if (backends_) tenant.backend = backends_->attach(tenant, previous);
}

}  // namespace gatehouse
