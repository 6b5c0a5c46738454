#include "routing/middleware_list.hpp"

#include <algorithm>

#include "routing/merge.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;

const Json kNoOptions = Json::object();

bool is_option(const std::string& key) { return key == "name" || key == "replace"; }

bool replaces(const Json& entry) {
  const auto replace = entry.find("replace");
  return replace != entry.end() && *replace == true;
}

Json without_replace(Json entry) {
  entry.erase("replace");
  return entry;
}

Json::iterator find(Json& list, const std::string& name) {
  return std::find_if(list.begin(), list.end(), [&](const Json& entry) { return middleware_name(entry) == name; });
}

void check_entry(config::Reader r, const Json& entry, std::vector<std::string>& names) {
  std::string type, name;
  bool replace = false;
  r.optional("name", name);
  r.optional("replace", replace);
  if (!entry.is_object()) return;
  for (const auto& [key, options] : entry.items()) {
    if (is_option(key)) continue;
    r.raw(key);
    if (!type.empty()) return r.problem(key, "is a second type, an entry has one (the first is `" + type + "`)");
    type = key;
    if (!options.is_object() && !options.is_null())
      r.problem(key, "expected an object, got " + config::describe(options));
  }
  if (type.empty()) return r.problem("", "expected a middleware's type as a key");
  if (name.empty()) name = type;
  if (std::find(names.begin(), names.end(), name) != names.end())
    return r.problem("", "is the second one of name `" + name + "`");
  names.push_back(name);
}

}  // namespace

std::string middleware_type(const Json& entry) {
  if (!entry.is_object()) return {};
  std::string type;
  for (const auto& [key, options] : entry.items()) {
    if (is_option(key)) continue;
    if (!type.empty()) return {};
    type = key;
  }
  return type;
}

std::string middleware_name(const Json& entry) {
  std::string type = middleware_type(entry);
  if (type.empty()) return type;
  const auto name = entry.find("name");
  return name != entry.end() && name->is_string() ? name->get<std::string>() : type;
}

void merge_middlewares(Json& list, const Json& over, const std::string& origin, Origins* origins) {
  if (!over.is_array()) return;
  for (const Json& entry : over) {
    const std::string type = middleware_type(entry);
    if (type.empty()) continue;
    const std::string name = middleware_name(entry);
    auto place = find(list, name);
    const bool is_new = place == list.end();
    if (is_new) place = list.insert(place, Json());
    if (is_new || replaces(entry) || middleware_type(*place) != type) {
      *place = without_replace(entry);
      (*place)[type] = nullptr;
    }
    const Json& options = entry[type].is_null() ? kNoOptions : entry[type];
    merge_document((*place)[type], options, "middlewares." + name, origin, origins);
  }
}

Json middlewares_over(const Json& list, const Json& base) {
  Json result = Json::array();
  for (const Json& entry : list) {
    const std::string name = middleware_name(entry);
    if (name.empty()) continue;
    const auto below =
        std::find_if(base.begin(), base.end(), [&](const Json& b) { return middleware_name(b) == name; });
    Json merged = below == base.end() ? Json::array() : Json::array({*below});
    merge_middlewares(merged, Json::array({entry}));
    result.push_back(std::move(merged[0]));
  }
  for (const Json& entry : base)
    if (find(result, middleware_name(entry)) == result.end()) result.push_back(entry);
  return result;
}

void disable_middlewares(Json& list, const Json& names) {
  Json kept = Json::array();
  for (Json& entry : list) {
    const bool disabled = names.is_array()
                              ? std::find(names.begin(), names.end(), middleware_name(entry)) != names.end()
                              : names == middleware_name(entry);
    if (!disabled) kept.push_back(std::move(entry));
  }
  list = std::move(kept);
}

void check_middlewares(config::Reader& r) {
  std::vector<std::string> names, disabled;
  r.each("middlewares",
         [&](const Json& entry, const std::string& path) { check_entry(r.at(entry, path), entry, names); });
  r.optional("disable", disabled);
}

}  // namespace gatehouse::routing
