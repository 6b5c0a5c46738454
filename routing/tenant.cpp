#include "routing/tenant.hpp"

#include <algorithm>

namespace gatehouse::routing {
namespace {

bool matches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with('*')) return pattern == path;
  pattern.remove_suffix(1);
  return path.starts_with(pattern);
}

// What guards these paths must not be blinded by a pattern that is too wide.
bool is_fixed(PathClass path_class) { return path_class == PathClass::websocket || path_class == PathClass::database; }

}  // namespace

PathClass Tenant::class_of(std::string_view path, Verb verb, std::string_view* own) const {
  const PathClass built_in = classify(path, verb, odoo.version);
  if (classes.empty() || is_fixed(built_in)) return built_in;
  for (const OwnClass& c : classes) {
    if (std::none_of(c.paths.begin(), c.paths.end(), [&](const std::string& p) { return matches(p, path); })) continue;
    if (own) *own = c.name;
    return c.like;
  }
  return built_in;
}

State Tenant::state_at(std::chrono::system_clock::time_point now) const {
  if (suspend_on_expiry && expires_at && *expires_at <= now) return State::suspended;
  if (state == State::maintenance && maintenance.until && *maintenance.until <= now) return State::active;
  return state;
}

}  // namespace gatehouse::routing
