#include "routing/router.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "proxy/core/exchange.hpp"

namespace gatehouse::routing {
namespace {

using std::chrono::seconds;

constexpr seconds kMaintenanceRetry{120};  // when nobody said how long it takes
constexpr seconds kSuspendedRetry{600};    // somebody has to pay first

// What speaks to these does not follow redirects, or would lose its body on the way.
constexpr std::string_view kNeverRedirected[]{"/xmlrpc",      "/jsonrpc", "/json",     "/websocket",
                                              "/longpolling", "/payment", "/web/hook", "/.well-known"};

bool is_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

bool may_redirect(const Exchange& ex) {
  if (ex.request.verb != Verb::get && ex.request.verb != Verb::head) return false;
  switch (ex.path_class) {
    case PathClass::rpc:
    case PathClass::webhook:
    case PathClass::mail:
    case PathClass::health:
    case PathClass::hairpin:
    case PathClass::websocket:
      return false;
    default:
      break;
  }
  return std::none_of(std::begin(kNeverRedirected), std::end(kNeverRedirected),
                      [&](std::string_view prefix) { return is_below(ex.request.path, prefix); });
}

bool listed(const std::vector<config::Network>& networks, const net::ip::address& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const config::Network& n) { return n.contains(address); });
}

// Does a program ask, which would take a no for the end of its message?
bool is_machine(const Exchange& ex) {
  switch (ex.path_class) {
    case PathClass::rpc:
    case PathClass::webhook:
    case PathClass::mail:
      return true;
    default:
      break;
  }
  const std::string_view type = ex.request.fields.get(Field::content_type);
  const std::string_view media = type.substr(0, type.find_first_of("; "));
  return iequals(media, "application/json") || iequals(media, "text/xml") || iequals(media, "application/xml");
}

Fields retry_after(Exchange& ex, seconds time) {
  char digits[24];
  const char* end = std::to_chars(std::begin(digits), std::end(digits), time.count()).ptr;
  Fields fields(ex.arena);
  fields.add(Field::retry_after, fields.keep({digits, static_cast<std::size_t>(end - digits)}));
  return fields;
}

Reply redirect(Exchange& ex, const std::string& host) {
  const bool tls = ex.client.tls;
  const std::uint16_t port = ex.request.port;
  std::pmr::string location(tls ? "https://" : "http://", &ex.arena);
  location += host;
  if (port != 0 && port != (tls ? 443 : 80)) location.append(":").append(std::to_string(port));
  location += ex.request.target;
  Fields fields(ex.arena);
  fields.add(Field::location, fields.keep(location));
  return refuse(Refusal{Errc::redirect, {}, std::move(fields), {}, {}});
}

Reply suspended(Exchange& ex) {
  constexpr std::string_view kPolicy = "suspended";
  if (!is_machine(ex)) return refuse(Errc::suspended, kPolicy);
  return refuse(
      Refusal{Errc::maintenance, kPolicy, retry_after(ex, kSuspendedRetry), meaning(Errc::suspended).text, {}});
}

Reply maintenance(Exchange& ex, const Maintenance& maintenance) {
  seconds wait = kMaintenanceRetry;
  if (maintenance.until) wait = std::chrono::ceil<seconds>(*maintenance.until - ex.record.time);
  return refuse(Refusal{Errc::maintenance, {}, retry_after(ex, std::max(wait, seconds{1})), maintenance.message, {}});
}

bool passes_suspension(const Exchange& ex, const Suspension& suspension) {
  const auto& keep = suspension.keep;
  return std::find(keep.begin(), keep.end(), ex.path_class) != keep.end() ||
         listed(suspension.allow, ex.client.address);
}

}  // namespace

void Router::set_routes(RoutesPtr routes) { routes_ = std::make_shared<const RoutesPtr>(std::move(routes)); }

Reply Router::handle(Exchange& ex) {
  const HostEntry* entry = routes().hosts->find(ex.request.host);
  if (!entry) return refuse(Errc::unknown_host);
  const Tenant& tenant = *entry->tenant;
  ex.keep = routes_;
  ex.tenant = &tenant;
  std::string_view own;
  ex.path_class = tenant.class_of(ex.request.path, ex.request.verb, &own);
  ex.record.tenant = tenant.id;
  ex.record.series = tenant.series;
  ex.record.path_class = own.empty() ? name(ex.path_class) : own;

  if (!entry->redirect.empty() && may_redirect(ex)) return redirect(ex, entry->redirect);
  const State state = tenant.state_at(ex.record.time);
  // its answer tells the state
  const bool passes = state == State::active || ex.path_class == PathClass::health;
  if (!passes && state == State::suspended && !passes_suspension(ex, tenant.suspension)) return suspended(ex);
  if (!passes && state == State::maintenance && !listed(tenant.maintenance.allow, ex.client.address))
    return maintenance(ex, tenant.maintenance);
  if (!tenant.chain) return refuse(Errc::internal);
  return tenant.chain->handle(ex);
}

}  // namespace gatehouse::routing
