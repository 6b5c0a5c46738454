#include "middleware/path_policy.hpp"

#include <algorithm>

#include "routing/tenant.hpp"

namespace gatehouse::middleware {
namespace {

using config::Reader;
using routing::PathClass;

constexpr config::Choice<bool> kAccess[]{{"deny", false}, {"allow", true}};
constexpr config::Choice<PathPolicy::Health> kHealth[]{{"edge", PathPolicy::Health::edge},
                                                       {"pass", PathPolicy::Health::pass}};

constexpr std::string_view kIot[]{"/hw_proxy", "/hw_drivers", "/hw_posbox_homepage"};

void read_access(Reader& r, std::string_view key, PathPolicy::Access& access) {
  const config::Json* value = r.raw(key);
  if (!value || !value->is_object()) {
    r.choice(key, access.open, kAccess);
    return;
  }
  Reader listed = r.child(key);
  listed.required("allow_from", access.allow_from);
  std::chrono::sys_seconds until;
  if (listed.optional("until", until)) access.until = until;
}

bool is_at_or_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

bool is_iot(std::string_view path) {
  return std::any_of(std::begin(kIot), std::end(kIot), [&](auto prefix) { return is_at_or_below(path, prefix); });
}

// The path behind its first segment, which may be a language: the website serves /fr/hw_proxy like /hw_proxy.
std::string_view behind_first_segment(std::string_view path) {
  const std::size_t slash = path.find('/', 1);
  return slash == path.npos ? std::string_view{} : path.substr(slash);
}

// The web client and integrations poll these.
bool is_version(std::string_view path) { return path == "/web/webclient/version_info" || path == "/web/version"; }

PathClass class_of(const Exchange& ex) {
  return ex.tenant ? ex.path_class : routing::classify(ex.request.path, ex.request.verb, 0);
}

bool asks_health(const Exchange& ex) {
  return ex.path_class == PathClass::health || ex.request.path == "/websocket/health";
}

Reply tell_state(Exchange& ex) {
  constexpr std::string_view kType = "application/json";
  if (ex.tenant->state_at(ex.record.time) == routing::State::active)
    return answer(ex, 200, kType, R"({"status": "pass"})");
  return answer(ex, 503, kType, R"({"status": "fail"})");
}

}  // namespace

PathPolicy::Config PathPolicy::Config::read(Reader r) {
  Config config;
  read_access(r, "database_manager", config.database_manager);
  read_access(r, "iot", config.iot);
  r.choice("health", config.health, kHealth);
  return config;
}

bool PathPolicy::Access::permits(const Exchange& ex) const {
  if (open) return true;
  if (until && *until <= ex.record.time) return false;
  return std::any_of(allow_from.begin(), allow_from.end(),
                     [&](const config::Network& network) { return network.contains(ex.client.address); });
}

Reply PathPolicy::handle(Exchange& ex) {
  if (is_version(ex.request.path)) return next_->handle(ex);
  if (denies(ex)) return refuse(Errc::not_found, kName);
  if (config_.health == Health::edge && ex.tenant && asks_health(ex)) return tell_state(ex);
  return next_->handle(ex);
}

bool PathPolicy::denies(const Exchange& ex) const {
  const std::string_view path = ex.request.path;
  if (class_of(ex) == PathClass::database) return !config_.database_manager.permits(ex);
  if (is_iot(path) || is_iot(behind_first_segment(path))) return !config_.iot.permits(ex);
  return is_at_or_below(path, "/web/filestore");
}

}  // namespace gatehouse::middleware
