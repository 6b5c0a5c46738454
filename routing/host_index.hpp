// Host name → tenant, in constant time at any size. An immutable snapshot; a change copies one of its shards.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "routing/sharded_map.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::routing {

struct HostEntry {
  TenantPtr tenant;
  std::string redirect;  // from HostSpec
};

class HostIndex {
 public:
  // `host` is normalised (lower-case A-labels, no port). Exact beats a wildcard, also across tenants; a wildcard covers
  // exactly one label. nullptr: unknown. The entry lives as long as this snapshot.
  const HostEntry* find(std::string_view host) const;
  // The entry of this very name, "a.example.com" or "*.example.com".
  const HostEntry* entry(std::string_view name) const { return names_.look(key_of(name)); }
  std::size_t size() const { return names_.size(); }

  // A new snapshot that shares the shards it does not touch. `removed` hosts go before `added` ones come.
  using Change = ShardedMap<HostEntry>::Change;
  std::shared_ptr<const HostIndex> with(Change change) const;

 private:
  // A wildcard is kept as ".example.com", which no host name is: looking it up needs no other text than the host's own.
  static std::string_view key_of(std::string_view name) { return name.starts_with("*.") ? name.substr(1) : name; }

  ShardedMap<HostEntry> names_;
};

}  // namespace gatehouse::routing
