// The effective document of a tenant: built-in defaults, the node's limits, its tier, its shared pool, its own.
#include <set>

#include "routing/merge.hpp"
#include "routing/middleware_list.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;

const Json kNone;

// nullptr: not there, or null, which says nothing.
const Json* look(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto value = object.find(key);
  return value == object.end() || value->is_null() ? nullptr : &*value;
}

std::string text(const Json& object, const char* key, std::string otherwise) {
  const Json* value = look(object, key);
  return value && value->is_string() ? value->get<std::string>() : otherwise;
}

const Json& named(const std::map<std::string, Json>& documents, const std::string& name) {
  const auto found = documents.find(name);
  return found == documents.end() ? kNone : found->second;
}

const Json& built_in_document() {
  static const Json document = {
      {"tier", "standard"},
      {"state", "active"},
      {"queue", {{"length", QueueLimits{}.length}, {"timeout", config::to_string(QueueLimits{}.timeout)}}},
      {"limits", to_document(Limits{})},
      {"session_cookie", {{"secure", SessionCookie{}.secure}, {"same_site", "lax"}}},
  };
  return document;
}

class Merge {
 public:
  explicit Merge(Origins* origins) : origins_(origins) {}

  void layer(const Json& over, const std::string& origin) {
    if (!over.is_object()) return;
    for (const auto& [key, value] : over.items()) {
      if (key == "middlewares" && value.is_array()) merge_middlewares(middlewares_, value, origin, origins_);
      else if (key != "disable") merge_key(key, value, origin);
    }
    const Json* disabled = look(over, "disable");
    if (disabled) disable_middlewares(middlewares_, *disabled);
  }

  Json take() {
    forget_disabled();
    if (!effective_.contains("middlewares")) effective_["middlewares"] = std::move(middlewares_);
    return std::move(effective_);
  }

 private:
  void merge_key(const std::string& key, const Json& value, const std::string& origin) {
    if (value.is_null()) return;
    merge_document(effective_[key], value, key, origin, origins_);
  }

  void forget_disabled() {
    if (!origins_) return;
    std::set<std::string> names;
    for (const Json& entry : middlewares_) names.insert(middleware_name(entry));
    constexpr std::string_view kPrefix = "middlewares.";
    std::erase_if(*origins_, [&](const auto& item) {
      if (!item.first.starts_with(kPrefix)) return false;
      const std::string rest = item.first.substr(kPrefix.size());
      return !names.contains(rest.substr(0, rest.find('.')));
    });
  }

  Json effective_ = Json::object();
  Json middlewares_ = Json::array();
  Origins* origins_;
};

// What lies at `path` and below comes from nowhere any more.
void forget(Origins& origins, const std::string& path) {
  origins.erase(path);
  for (auto at = origins.lower_bound(path + "."); at != origins.end() && at->first.starts_with(path + ".");)
    at = origins.erase(at);
}

}  // namespace

void merge_document(Json& into, const Json& over, const std::string& path, const std::string& origin,
                    Origins* origins) {
  if (over.is_null()) return;
  const bool leaf = !over.is_object() || over.empty();
  if (!over.is_object() || !into.is_object()) {
    if (origins) forget(*origins, path);
    into = over.is_object() ? Json::object() : over;
  }
  if (leaf) {
    if (origins && (into.empty() || !over.is_object())) (*origins)[path] = origin;
    return;
  }
  if (origins) origins->erase(path);  // it was an empty object
  for (const auto& [key, value] : over.items()) {
    if (value.is_null()) continue;
    merge_document(into[key], value, path.empty() ? key : path + "." + key, origin, origins);
  }
}

Json merge_tenant(const Json& document, const Defaults& defaults, Origins* origins) {
  const std::string tier = text(document, "tier", "standard");
  const std::string pool = text(document, "pool", "");
  Merge merge(origins);
  merge.layer(built_in_document(), "built-in");
  merge.layer({{"limits", defaults.limits}}, "limits");
  merge.layer(named(defaults.tiers, tier), "tier " + tier);
  if (!pool.empty()) merge.layer(named(defaults.pools, pool), "pool " + pool);
  merge.layer(document, "tenant");
  return merge.take();
}

}  // namespace gatehouse::routing
