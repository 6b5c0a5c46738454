#include "config/file.hpp"
#include "routing/merge.hpp"
#include "routing/middleware_list.hpp"
#include "routing/tenant_parts.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;
using config::Reader;

// The guards of Odoo in this build: on without being named.
const Json& guards() {
  static const Json list = Json::array({
      {{"path_policy", {{"database_manager", "deny"}, {"iot", "deny"}, {"health", "edge"}}}},
      {{"origin_check", {{"allow", Json::array()}}}},
  });
  return list;
}

Json tier(const Json& queue) { return {{"queue", queue}, {"middlewares", guards()}}; }

// A text with ${NAME} as what it would be in its place: a number, true, or text.
Json scalar(const std::string& text) {
  config::Problems ignored;
  const auto value = config::parse_document(text, ignored);
  return value && (value->is_number() || value->is_boolean()) ? *value : Json(text);
}

void expand(Json& value, const std::string& path, config::Problems& problems) {
  if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    if (text.find("${") == text.npos) return;
    if (const auto expanded = config::expand_environment(text, path, problems)) value = scalar(*expanded);
  } else if (value.is_object()) {
    for (auto& [key, below] : value.items()) expand(below, path.empty() ? key : path + "." + key, problems);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) expand(value[i], path + "[" + std::to_string(i) + "]", problems);
  }
}

// The node's documents, expanded, with readers that do not expand again.
class NodeDocuments {
 public:
  explicit NodeDocuments(Reader& node) : node_(node), scope_(std::make_shared<config::Scope>(node.scope())) {
    scope_->expand_environment = false;
  }

  Json expanded(Json value, const std::string& path) const {
    if (node_.scope().expand_environment) expand(value, path, scope_->problems);
    return value;
  }
  Reader reader(const Json& value, const std::string& path) const { return Reader(value, path, scope_); }

 private:
  Reader& node_;
  std::shared_ptr<config::Scope> scope_;
};

void check_name(const Reader& r, const std::string& name) {
  if (!is_id(name)) r.problem("", "expected a name of a..z, 0..9 and -, at most 63, got " + config::in_backticks(name));
}

void check_tier(Reader r, const std::string& name) {
  Tenant scratch;
  check_name(r, name);
  read_policy(r, scratch);
  read_pool_defaults(r);
  check_middlewares(r);
  r.not_in_this_build("weight");
}

void check_pool(Reader r, const std::string& name) {
  Tenant scratch;
  check_name(r, name);
  read_pools(r, scratch, "is required");
}

}  // namespace

Defaults Defaults::built_in() {
  Defaults defaults;
  defaults.tiers["standard"] = tier({{"length", 64}, {"timeout", "10s"}});
  defaults.tiers["dedicated"] = tier({{"length", 256}, {"timeout", "30s"}});
  defaults.tiers["high-resilience"] = tier({{"length", 512}, {"timeout", "30s"}});
  return defaults;
}

Defaults Defaults::read(Reader& node) {
  Defaults defaults = built_in();
  const NodeDocuments documents(node);
  if (const Json* limits = node.raw("limits")) {
    defaults.limits = documents.expanded(tenant_part(*limits), node.path("limits"));
    read_limits(documents.reader(defaults.limits, node.path("limits")));
  }
  node.entries("tiers", [&](const std::string& name, const Json& value, const std::string& path) {
    Json document = documents.expanded(value, path);
    check_tier(documents.reader(document, path), name);
    if (!document.is_object()) return;
    const auto list = document.find("middlewares");
    Json middlewares = middlewares_over(list != document.end() ? *list : Json::array(), guards());
    if (const auto names = document.find("disable"); names != document.end()) disable_middlewares(middlewares, *names);
    document.erase("disable");
    document.erase("weight");  // told already, and once is enough
    document["middlewares"] = std::move(middlewares);
    merge_document(defaults.tiers[name], document);
  });
  node.entries("pools", [&](const std::string& name, const Json& value, const std::string& path) {
    Json document = documents.expanded(value, path);
    check_pool(documents.reader(document, path), name);
    defaults.pools[name] = std::move(document);
  });
  return defaults;
}

}  // namespace gatehouse::routing
