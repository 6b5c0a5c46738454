#include "proxy/upstream/forward_rules.hpp"

#include <string>

namespace gatehouse::upstream {
namespace {

using routing::PathClass;
using namespace std::chrono_literals;

constexpr auto kUnknownTimeLimit = 1200s;
constexpr auto kAboveTimeLimit = 5s;
constexpr auto kHoldMargin = 15s;
constexpr auto kNoLimit = 24h;

bool contains_token(std::string_view text, std::string_view word) {
  for (std::size_t i = 0; i + word.size() <= text.size(); ++i)
    if (iequals(text.substr(i, word.size()), word)) return true;
  return false;
}

}  // namespace

Lane lane_of(PathClass path_class) {
  switch (path_class) {
    case PathClass::hairpin:
      return Lane::hairpin;
    case PathClass::report:
      return Lane::report;
    case PathClass::database:
      return Lane::database;
    default:
      return Lane::interactive;
  }
}

std::uint64_t body_limit(const routing::Tenant& tenant, PathClass path_class, const Fields& fields) {
  const auto& body = tenant.limits.body;
  if (path_class == PathClass::login) return body.login.count;
  const auto type = fields.get(Field::content_type);
  const bool text = contains_token(type, "json") || contains_token(type, "xml");
  return text ? body.json_size().count : body.size.count;
}

std::chrono::milliseconds first_byte(const routing::Tenant& tenant, PathClass path_class) {
  if (path_class == PathClass::database) return kNoLimit;
  const auto& limits = tenant.limits.upstream;
  const auto real = tenant.odoo.time_limit_real;
  const std::chrono::milliseconds usual = limits.first_byte ? *limits.first_byte
                                          : real            ? *real + kAboveTimeLimit
                                                            : kUnknownTimeLimit;
  return path_class == PathClass::report ? std::max(limits.report, usual) : usual;
}

std::chrono::milliseconds hold(const routing::Tenant& tenant, PathClass path_class) {
  const std::chrono::milliseconds real = tenant.odoo.time_limit_real.value_or(kUnknownTimeLimit);
  return std::max(real, first_byte(tenant, path_class)) + kHoldMargin;
}

bool idempotent(Verb verb) {
  return verb == Verb::get || verb == Verb::head || verb == Verb::options || verb == Verb::put || verb == Verb::delete_;
}

bool is_wkhtmltopdf(const Fields& fields) { return contains_token(fields.get(Field::user_agent), "wkhtmltopdf"); }

void complete_session_cookie(Fields& fields, const routing::SessionCookie& config, bool tls) {
  using SameSite = routing::SessionCookie::SameSite;
  for (auto& entry : fields) {
    if (entry.id != Field::set_cookie || !entry.value.starts_with("session_id=")) continue;
    const bool add_secure = config.secure && tls && !contains_token(entry.value, "; secure");
    // None needs Secure, or browsers drop the cookie.
    const bool wants_site = config.same_site == SameSite::lax || (config.same_site == SameSite::none && tls);
    const bool add_site = wants_site && !contains_token(entry.value, "; samesite=");
    if (!add_secure && !add_site) continue;
    std::string value(entry.value);
    if (add_secure) value += "; Secure";
    if (add_site) value += config.same_site == SameSite::lax ? "; SameSite=Lax" : "; SameSite=None";
    entry.value = fields.keep(value);
  }
}

}  // namespace gatehouse::upstream
