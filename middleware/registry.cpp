#include "middleware/registry.hpp"

#include <algorithm>
#include <concepts>
#include <functional>
#include <memory>

#include "middleware/access_log.hpp"
#include "middleware/origin_check.hpp"
#include "middleware/path_policy.hpp"
#include "middleware/request_id.hpp"

namespace gatehouse::middleware {
namespace {

using config::Json;
using config::Problems;
using config::Reader;

// A middleware whose options are read; it comes to be when what lies behind it has.
using Link = std::function<HandlerPtr(HandlerPtr next)>;

template <class M>
concept Middleware =
    std::derived_from<M, Handler> && std::constructible_from<M, typename M::Config, HandlerPtr> && requires(Reader r) {
      { M::kName } -> std::convertible_to<std::string_view>;
      { M::Config::read(r) } -> std::same_as<typename M::Config>;
    };

template <Middleware M>
Link build(Reader options) {
  return [config = M::Config::read(std::move(options))](HandlerPtr next) {
    return std::make_shared<M>(config, std::move(next));
  };
}

struct Type {
  std::string_view name;
  Link (*build)(Reader options);
  Needs needs;
};

template <Middleware M>
constexpr Type type(Needs needs = {}) {
  return {M::kName, build<M>, needs};
}

// To add a middleware: its file pair, its test, and its line here.
constexpr Type kTypes[]{
    type<AccessLog>(),
    type<OriginCheck>(),
    type<PathPolicy>(),
    type<RequestId>(),
};

// The others of the contract.
constexpr std::string_view kLater[]{
    "basic_auth",     "body_limit",   "cache",       "compress",        "errors",
    "fault",          "forward_auth", "headers",     "in_flight_req",   "ip_deny_list",
    "ip_allow_list",  "jwt",          "login_guard", "maintenance",     "mirror",
    "odoo_rpc_guard", "oidc",         "rate_limit",  "redirect_scheme", "waf",
};

enum class Mode : std::uint8_t { enforce, observe };
constexpr config::Choice<Mode> kModes[]{{"enforce", Mode::enforce}, {"observe", Mode::observe}};

// The keys of an entry that are not its type.
bool is_beside_type(std::string_view key) { return key == "name"; }

std::string type_of(const Json& entry) {
  if (!entry.is_object()) return {};
  for (const auto& item : entry.items())
    if (!is_beside_type(item.key())) return item.key();
  return {};
}

// The name may stand beside the type or among its options.
std::string name_of(const Json& entry) {
  const std::string type = type_of(entry);
  if (type.empty()) return type;
  for (const Json* holder : {&entry, &entry[type]}) {
    if (!holder->is_object()) continue;
    if (const auto name = holder->find("name"); name != holder->end() && name->is_string()) return *name;
  }
  return type;
}

// What every middleware has among its options.
void read_common(Reader& options) {
  std::string name;
  options.optional("name", name);
  Mode mode = Mode::enforce;
  options.choice("mode", mode, kModes);
  if (mode == Mode::observe) options.problem("mode", "not in this build");
}

const Type* find_type(const Reader& entry, const std::string& name) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& t) { return t.name == name; });
  if (found != std::end(kTypes)) return found;
  const bool later = std::find(std::begin(kLater), std::end(kLater), name) != std::end(kLater);
  entry.problem(name, later ? "not in this build" : "no such middleware");
  return nullptr;
}

// Empty only with a problem. A second type is a key that nobody asks for.
Link read_entry(Reader entry, const Json& value) {
  std::string name;
  entry.optional("name", name);
  const std::string type_name = type_of(value);
  if (type_name.empty()) {
    if (value.is_object()) entry.problem("", "expected a middleware's type as a key");
    return {};
  }
  const Type* type = find_type(entry, type_name);
  if (!type) return entry.raw(type_name), Link{};
  Reader options = entry.child(type_name);
  read_common(options);
  return type->build(std::move(options));
}

}  // namespace

HandlerPtr build_chain(const Json& list, const std::string& path, HandlerPtr last, Problems& problems) {
  if (!list.is_array()) {
    if (!list.is_null()) problems.error(path, "expected a list, got " + config::describe(list));
    return last;
  }
  std::vector<Link> links;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Problems own;
    // what a tenant wrote is never expanded, and the node's list comes expanded
    const auto scope = std::make_shared<config::Scope>(config::Scope{own, {}, false});
    Link link = read_entry(Reader(list[i], path + "[" + std::to_string(i) + "]", scope), list[i]);
    if (!own.any_errors()) links.push_back(std::move(link));
    problems.append(own);
  }
  for (auto link = links.rbegin(); link != links.rend(); ++link) last = (*link)(std::move(last));
  return last;
}

std::vector<std::string> names(const Json& list) {
  std::vector<std::string> result;
  if (!list.is_array()) return result;
  for (const Json& entry : list)
    if (std::string name = name_of(entry); !name.empty()) result.push_back(std::move(name));
  return result;
}

}  // namespace gatehouse::middleware
