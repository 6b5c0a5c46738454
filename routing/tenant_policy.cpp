#include <algorithm>

#include "routing/tenant_parts.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;
using config::Reader;
using namespace std::chrono_literals;

constexpr config::Choice<SessionCookie::SameSite> kSameSite[]{{"lax", SessionCookie::SameSite::lax},
                                                              {"none", SessionCookie::SameSite::none},
                                                              {"keep", SessionCookie::SameSite::keep}};

constexpr unsigned kLongestQueue = 1'000'000;

QueueLimits read_queue(Reader r) {
  QueueLimits queue;
  r.optional("length", queue.length, 0, kLongestQueue);
  r.optional("timeout", queue.timeout, 0ms, 1h);
  return queue;
}

SessionCookie read_session_cookie(Reader r) {
  SessionCookie cookie;
  r.optional("secure", cookie.secure);
  r.choice("same_site", cookie.same_site, kSameSite);
  return cookie;
}

bool is_class_name(std::string_view name) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), is_part);
}

OwnClass read_class(Reader r, const std::string& name) {
  OwnClass own{.name = name, .paths = {}, .like = PathClass::page};
  if (!is_class_name(name)) r.problem("", "expected a name of a..z, 0..9 and _");
  if (path_class_named(name)) r.problem("", "is the name of a built-in class");
  r.required("paths", own.paths);
  for (std::size_t i = 0; i < own.paths.size(); ++i) {
    const std::string& path = own.paths[i];
    const bool inner_star = path.find('*') < path.size() - 1;
    if (!path.starts_with('/') || inner_star)
      r.problem("paths[" + std::to_string(i) + "]",
                "expected a path (/shop/feed.xml, /shop/*), got " + config::in_backticks(path));
  }
  std::string like;
  if (!r.required("like", like)) return own;
  const auto known = path_class_named(like);
  if (known && *known != PathClass::websocket && *known != PathClass::hairpin) own.like = *known;
  else r.problem("like", "expected a class of HTTP requests (page, rpc, report, …), got " + config::in_backticks(like));
  return own;
}

// The key may say `only`; what `later` lists is of the contract, and not acted on yet.
void only_value(Reader& r, const char* key, std::string_view only, std::initializer_list<std::string_view> later) {
  std::string word;
  if (!r.optional(key, word) || word == only) return;
  std::string expected(only);
  for (const std::string_view name : later) {
    if (word == name) return r.problem(key, "`" + word + "`: not in this build");
    expected.append(" | ").append(name);
  }
  r.problem(key, "expected " + expected + ", got " + config::in_backticks(word));
}

}  // namespace

bool is_id(std::string_view text) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), is_part);
}

void read_policy(Reader& r, Tenant& tenant) {
  tenant.queue = read_queue(r.child("queue"));
  tenant.limits = read_limits(r.child("limits"));
  tenant.session_cookie = read_session_cookie(r.child("session_cookie"));
  r.entries("classes", [&](const std::string& name, const Json& value, const std::string& path) {
    tenant.classes.push_back(read_class(r.at(value, path), name));
  });
  only_value(r, "mode", "enforce", {"observe"});
  only_value(r, "affinity", "none", {"learned"});
  only_value(r, "database_header", "none", {"dbfilter", "odoo19_api"});
  for (const char* key : {"database", "release", "rate_limits", "waf", "autoscale"}) r.not_in_this_build(key);
}

}  // namespace gatehouse::routing
