#include <functional>

#include "proxy/http/host.hpp"
#include "routing/middleware_list.hpp"
#include "routing/tenant_parts.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;
using config::Reader;

constexpr config::Choice<State> kStates[]{
    {"active", State::active}, {"maintenance", State::maintenance}, {"suspended", State::suspended}};
enum class OnExpiry { warn, suspend };
constexpr config::Choice<OnExpiry> kOnExpiry[]{{"warn", OnExpiry::warn}, {"suspend", OnExpiry::suspend}};
constexpr std::size_t kMostText = 2000;

std::optional<std::string> normal_name(std::string_view name) {
  const bool wildcard = name.starts_with("*.");
  auto host = http::normalise_host(wildcard ? name.substr(2) : name);
  if (host && wildcard) host->insert(0, "*.");
  return host;
}

HostSpec read_host(const Reader& tenant, const Json& value, const std::string& path) {
  HostSpec host;
  const auto problem = [&](const std::string& at, const std::string& got) {
    tenant.scope().problems.error(
        at, "expected a host name (a.example.com, *.example.com), got " + config::in_backticks(got));
  };
  std::string name, redirect;
  if (value.is_string()) {
    name = value.get<std::string>();
  } else {
    Reader r = tenant.at(value, path);
    if (!r.required("name", name)) return host;
    r.optional("redirect", redirect);
  }
  const std::string at = value.is_string() ? path : path + ".name";
  if (auto normal = normal_name(name)) host.name = *std::move(normal);
  else problem(at, name);
  if (redirect.empty()) return host;
  if (auto normal = http::normalise_host(redirect)) host.redirect = *std::move(normal);
  else problem(path + ".redirect", redirect);
  return host;
}

// The tenant's own entry that would take `name`, as the index does it.
const HostSpec* own_host(const Tenant& tenant, const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string wildcard = dot == name.npos ? "" : "*" + name.substr(dot);
  const HostSpec* found = nullptr;
  for (const HostSpec& host : tenant.hosts) {
    if (host.name == name) return &host;
    if (!wildcard.empty() && host.name == wildcard) found = &host;
  }
  return found;
}

void check_hosts(Reader& r, const Tenant& tenant) {
  for (std::size_t i = 0; i < tenant.hosts.size(); ++i) {
    const HostSpec& host = tenant.hosts[i];
    if (host.name.empty()) continue;
    const std::string at = "hosts[" + std::to_string(i) + "]";
    for (std::size_t j = 0; j < i; ++j)
      if (tenant.hosts[j].name == host.name) r.problem(at, "`" + host.name + "` is there twice");
    if (host.redirect.empty()) continue;
    const HostSpec* target = own_host(tenant, host.redirect);
    if (target && !target->redirect.empty())
      r.problem(at + ".redirect", "`" + host.redirect + "` is redirected itself");
  }
}

void read_hosts(Reader& r, Tenant& tenant) {
  if (!r.has("hosts")) r.problem("hosts", "is required");
  const Json* list = r.raw("hosts");
  if (list && list->is_array() && list->empty()) r.problem("hosts", "expected at least one host name");
  r.each("hosts",
         [&](const Json& value, const std::string& path) { tenant.hosts.push_back(read_host(r, value, path)); });
  check_hosts(r, tenant);
}

void read_labels(Reader& r, Tenant& tenant) {
  r.entries("labels", [&](const std::string& name, const Json& value, const std::string& path) {
    if (value.is_string()) tenant.labels[name] = value.get<std::string>();
    else r.scope().problems.error(path, "expected text, got " + config::describe(value));
  });
}

Suspension read_suspension(Reader r) {
  Suspension suspension;
  std::vector<std::string> keep;
  r.optional("reason", suspension.reason, kMostText);
  r.optional("allow", suspension.allow);
  r.optional("keep", keep);
  for (const std::string& name : keep) {
    if (const auto known = path_class_named(name)) suspension.keep.push_back(*known);
    else r.problem("keep", "no such path class " + config::in_backticks(name));
  }
  return suspension;
}

Maintenance read_maintenance(Reader r) {
  Maintenance maintenance;
  std::chrono::sys_seconds until;
  if (r.optional("until", until)) maintenance.until = until;
  r.optional("message", maintenance.message, kMostText);
  r.optional("allow", maintenance.allow);
  r.not_in_this_build("windows");
  return maintenance;
}

void read_state(Reader& r, Tenant& tenant) {
  const Json* state = r.raw("state");
  if (state && *state == "hibernated") r.problem("state", "`hibernated`: not in this build");
  else r.choice("state", tenant.state, kStates);
  tenant.suspension = read_suspension(r.child("suspension"));
  tenant.maintenance = read_maintenance(r.child("maintenance"));
  OnExpiry on_expiry = OnExpiry::warn;
  r.choice("on_expiry", on_expiry, kOnExpiry);
  tenant.suspend_on_expiry = on_expiry == OnExpiry::suspend;
  std::chrono::sys_seconds expires_at;
  if (!r.optional("expires_at", expires_at)) return;
  tenant.expires_at = expires_at;
  if (expires_at <= std::chrono::system_clock::now()) r.warning("expires_at", "is in the past");
}

// What only the tenant's own document tells, before the layers below it are mixed in.
void check_own(const Json& document, const Defaults& defaults, Reader& r) {
  if (!document.is_object()) return;
  if (document.contains("pool")) {
    for (const char* key : {"odoo", "web", "websocket"})
      if (document.contains(key)) r.problem(key, "comes from the pool: name either `pool` or `web`");
  }
  const auto tier = document.find("tier");
  const auto pool = document.find("pool");
  if (tier != document.end() && tier->is_string() && !defaults.tiers.contains(tier->get<std::string>()))
    r.problem("tier", "no such tier " + config::describe(*tier));
  if (pool != document.end() && pool->is_string() && !defaults.pools.contains(pool->get<std::string>()))
    r.problem("pool", "no such pool " + config::describe(*pool));
}

void read_pools_of(Reader& r, const Defaults& defaults, Tenant& tenant, const std::shared_ptr<config::Scope>& scope) {
  r.optional("pool", tenant.pool);
  if (tenant.pool.empty()) return read_pools(r, tenant, "is required, or name a shared pool");
  for (const char* key : {"odoo", "web", "websocket"}) r.raw(key);
  if (!defaults.pools.contains(tenant.pool)) return;
  // the pool was checked with the node's configuration, and is warned about there
  config::Problems known;
  const auto quiet = std::make_shared<config::Scope>(config::Scope{known, scope->directory, false});
  Json document = Json::object();
  const Json* value = nullptr;
  for (const char* key : {"odoo", "web", "websocket"})
    if ((value = r.raw(key)) != nullptr) document[key] = *value;
  Reader pool(document, "", quiet);
  read_pools(pool, tenant, "is required");
}

void read_identity(Reader& r, Tenant& tenant) {
  if (r.required("id", tenant.id) && !is_id(tenant.id))
    r.problem("id", "expected a..z, 0..9 and -, at most 63, got " + config::in_backticks(tenant.id));
  r.optional("tier", tenant.tier);
  r.optional("region", tenant.region);
  int schema = 1;
  r.optional("schema", schema, 1, 1);
  r.raw("rev");  // the registry's
  read_labels(r, tenant);
}

}  // namespace

std::shared_ptr<Tenant> read_tenant(const Json& document, const Defaults& defaults, const std::string& path,
                                    config::Problems& problems) {
  auto tenant = std::make_shared<Tenant>();
  config::Problems own;
  const auto scope = std::make_shared<config::Scope>(config::Scope{own, {}, false});
  Json effective = merge_tenant(document, defaults);
  if (!document.is_object()) {
    own.error(path, "expected a tenant, got " + config::describe(document));
  } else {
    Reader r(effective, path, scope);
    check_own(document, defaults, r);
    read_identity(r, *tenant);
    read_hosts(r, *tenant);
    read_state(r, *tenant);
    read_policy(r, *tenant);
    tenant->web.tunnel_idle = tenant->websocket.tunnel_idle = tenant->limits.tunnel_idle;
    read_pools_of(r, defaults, *tenant, scope);
    r.raw("middlewares");
    Json lists = Json::object();
    for (const char* key : {"middlewares", "disable"})
      if (document.contains(key)) lists[key] = document[key];
    Reader own_lists(lists, path, scope);
    check_middlewares(own_lists);
  }
  problems.append(own);
  if (own.any_errors()) return nullptr;
  tenant->hash = std::hash<std::string>{}(effective.dump());
  tenant->middlewares = std::move(effective["middlewares"]);
  return tenant;
}

}  // namespace gatehouse::routing
