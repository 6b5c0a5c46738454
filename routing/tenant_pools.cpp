#include "proxy/http/host.hpp"
#include "routing/tenant_parts.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;
using config::Reader;
using namespace std::chrono_literals;

constexpr unsigned kMostWorkers = 10'000;
constexpr unsigned kMostSockets = 1'000'000;

EndpointSpec read_endpoint(const Reader& pool, const Json& value, const std::string& path) {
  EndpointSpec endpoint;
  const Json document = value.is_string() ? Json{{"address", value}} : value;
  Reader r = pool.at(document, path);
  // a string is the address itself: its problems have no key
  if (value.is_string() && !config::parse_host_port(value.get_ref<const std::string&>())) {
    r.raw("address");
    r.problem("", "expected host:port, got " + config::describe(value));
    return endpoint;
  }
  r.required("address", endpoint.address);
  r.optional("weight", endpoint.weight, 1, 1000);
  return endpoint;
}

void read_tls(Reader r) {
  bool enabled = false;
  std::string text;
  r.optional("enabled", enabled);
  for (const char* key : {"ca", "server_name", "cert", "key"}) r.optional(key, text, 4096);
  if (enabled) r.problem("enabled", "not in this build");
}

void read_pool_host(Reader& r, PoolSpec& pool) {
  std::string host;
  if (!r.optional("host", host, 300) || host.empty()) return;
  if (auto normal = http::normalise_host(host)) pool.host = *std::move(normal);
  else r.problem("host", "expected a host name, got " + config::in_backticks(host));
}

// What both pools have.
void read_pool(Reader& r, PoolSpec& pool) {
  r.each("endpoints", [&](const Json& value, const std::string& path) {
    EndpointSpec endpoint = read_endpoint(r, value, path);
    for (const EndpointSpec& other : pool.endpoints)
      if (other.address == endpoint.address && endpoint.address.port != 0)
        r.scope().problems.error(path, "`" + endpoint.address.to_string() + "` is there twice, use its weight");
    pool.endpoints.push_back(std::move(endpoint));
  });
  config::HostPort dns;
  if (r.optional("dns", dns)) pool.dns = dns;
  if (pool.dns && !pool.endpoints.empty()) r.problem("dns", "expected either endpoints or dns, got both");
  r.not_in_this_build("service");
  r.optional("keep_alive", pool.keep_alive);
  read_pool_host(r, pool);
  if (r.has("tls")) read_tls(r.child("tls"));
}

OdooSpec read_odoo(Reader r) {
  OdooSpec odoo;
  r.optional("version", odoo.version, 8, 99);
  r.optional("workers", odoo.workers, 0, kMostWorkers);
  r.optional("threaded", odoo.threaded);
  config::Duration limit{};
  if (r.optional("time_limit_real", limit, 1s, 24h)) odoo.time_limit_real = limit;
  return odoo;
}

void read_websocket(Reader r, PoolSpec& websocket) {
  websocket.keep_alive = true;  // Odoo's evented port keeps connections
  read_pool(r, websocket);
  r.optional("max_in_flight", websocket.max_in_flight, 0, kMostWorkers);
  r.optional("max_sockets", websocket.max_sockets, 0, kMostSockets);
  r.optional("idle", websocket.tunnel_idle, 1s, config::kMaxDuration);
}

// Threaded Odoo answers websockets on its one port, outside the slots.
void share_web(const Reader& r, const PoolSpec& web, PoolSpec& websocket) {
  if (!websocket.empty()) r.problem("websocket", "odoo.threaded: websockets go to web, which is not to be named again");
  websocket.endpoints = web.endpoints;
  websocket.dns = web.dns;
  websocket.keep_alive = web.keep_alive;
  websocket.max_in_flight = 0;
  if (websocket.host.empty()) websocket.host = web.host;
}

}  // namespace

void read_pools(Reader& r, Tenant& tenant, const char* required) {
  OdooSpec& odoo = tenant.odoo;
  PoolSpec &web = tenant.web, &websocket = tenant.websocket;
  odoo = read_odoo(r.child("odoo"));
  web.max_in_flight = odoo.workers;
  bool capped = odoo.workers > 0;
  {
    Reader w = r.child("web");
    read_pool(w, web);
    capped |= w.optional("max_in_flight", web.max_in_flight, 0, kMostWorkers);
  }
  read_websocket(r.child("websocket"), websocket);
  const bool no_web = !r.has("web");
  if (no_web) r.problem("web", required);
  else if (web.empty()) r.problem("web", "expected endpoints or dns");
  if (odoo.threaded) share_web(r, web, websocket);
  else if (odoo.workers > 0 && websocket.empty()) r.warning("websocket", "is not set: websockets are refused");
  if (!capped) r.warning("odoo.workers", "is not set: nothing limits the requests in flight");
}

void read_pool_defaults(Reader& r) {
  PoolSpec websocket;
  read_odoo(r.child("odoo"));
  read_websocket(r.child("websocket"), websocket);
  if (!websocket.empty()) r.problem("websocket", "a tier has no place to send requests to");
}

}  // namespace gatehouse::routing
