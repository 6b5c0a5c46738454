#include "routing/host_index.hpp"

#include <set>

#include <catch2/catch.hpp>

namespace gatehouse::routing {
namespace {

TenantPtr tenant(const char* id) {
  auto result = std::make_shared<Tenant>();
  result->id = id;
  return result;
}

std::string owner(const HostIndex& index, std::string_view host) {
  const HostEntry* entry = index.find(host);
  return entry ? entry->tenant->id : "";
}

TEST_CASE("host index: exact beats wildcard across tenants, and a wildcard covers exactly one label") {
  HostIndex::Change change;
  change.added = {{"*.example.com", {tenant("wild"), ""}},
                  {"a.example.com", {tenant("exact"), ""}},
                  {"example.com", {tenant("apex"), ""}}};
  const auto index = HostIndex().with(change);
  CHECK(index->size() == 3);
  CHECK(owner(*index, "a.example.com") == "exact");
  CHECK(owner(*index, "b.example.com") == "wild");
  CHECK(owner(*index, "example.com") == "apex");
  for (const char* unknown : {"", "c.b.example.com", ".example.com", "*.example.org", "com", "localhost"}) {
    CAPTURE(unknown);
    CHECK(owner(*index, unknown) == "");
  }
  CHECK(index->entry("*.example.com")->tenant->id == "wild");
  CHECK(index->entry("b.example.com") == nullptr);
}

TEST_CASE("host index: a change makes a new snapshot and leaves the old one as it was") {
  const auto before =
      HostIndex().with({{}, {{"a.example.com", {tenant("one"), ""}}, {"*.a.org", {tenant("one"), ""}}}});
  const auto after = before->with(
      {{"a.example.com", "*.a.org", "unknown.example.com"}, {{"a.example.com", {tenant("two"), "b.example.com"}}}});
  CHECK(owner(*before, "a.example.com") == "one");
  CHECK(owner(*before, "x.a.org") == "one");
  CHECK(owner(*after, "a.example.com") == "two");
  CHECK(after->find("a.example.com")->redirect == "b.example.com");
  CHECK(owner(*after, "x.a.org") == "");
  CHECK(before->size() == 2);
  CHECK(after->size() == 1);
}

TEST_CASE("sharded map: versions share the values they do not touch, and iterate over all of them") {
  ShardedMap<std::string>::Change change;
  for (int i = 0; i < 5000; ++i) change.added.emplace_back("name-" + std::to_string(i), std::to_string(i));
  const auto map = ShardedMap<std::string>().with(change);
  const auto next = map.with({{"name-1"}, {{"name-2", "two"}}});
  std::size_t shared = 0;
  std::set<std::string> seen;
  for (const auto& [name, value] : next) {
    seen.insert(name);
    shared += map.look(name) == &value;
  }
  CHECK(seen.size() == 4999);
  CHECK(next.size() == 4999);
  CHECK(shared > 4900);
  CHECK(next.find("name-2")->second == "two");
  CHECK(next.find("name-1") == next.end());
  CHECK(map.contains("name-1"));
  CHECK(ShardedMap<std::string>().begin() == ShardedMap<std::string>().end());
}

}  // namespace
}  // namespace gatehouse::routing
