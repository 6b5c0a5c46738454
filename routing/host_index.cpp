#include "routing/host_index.hpp"

namespace gatehouse::routing {

const HostEntry* HostIndex::find(std::string_view host) const {
  if (host.empty() || host.front() == '.') return nullptr;
  if (const HostEntry* exact = names_.look(host)) return exact;
  const std::size_t dot = host.find('.');
  return dot == host.npos ? nullptr : names_.look(host.substr(dot));
}

std::shared_ptr<const HostIndex> HostIndex::with(Change change) const {
  for (std::string& name : change.removed) name.erase(0, name.size() - key_of(name).size());
  for (auto& [name, entry] : change.added) name.erase(0, name.size() - key_of(name).size());
  auto next = std::make_shared<HostIndex>();
  next->names_ = names_.with(change);
  return next;
}

}  // namespace gatehouse::routing
