#include "proxy/main/settings.hpp"

#include <unistd.h>

#include "config/file.hpp"
#include "middleware/registry.hpp"

namespace gatehouse {
namespace {

using config::Json;
using config::Reader;

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

void read_node(Reader r, Settings& s) {
  s.node = host_name();
  r.optional("name", s.node);
  r.optional("region", s.region);
}

void read_threads(Reader& r, Settings& s) {
  const Json* value = r.raw("threads");
  if (!value || *value == "auto") return;
  r.optional("threads", s.threads, 1, 1024);
}

server::ListenerConfig read_listener(Reader r, std::size_t index) {
  server::ListenerConfig c;
  c.name = "listener" + std::to_string(index);
  r.optional("name", c.name);
  r.required("address", c.address);
  r.optional("health", c.health);
  if (!c.health.empty() && c.health.front() != '/') r.problem("health", "expected a path that starts with /");
  std::string mode = "proxy";
  r.optional("mode", mode);
  if (mode == "forward_auth" || mode == "redirect_https") r.not_in_this_build("mode");
  else if (mode != "proxy") r.problem("mode", "expected proxy | forward_auth | redirect_https, got `" + mode + "`");
  for (const auto& [key, off] :
       {std::pair<const char*, Json>{"tls", false}, {"http2", false}, {"proxy_protocol", "off"}}) {
    const Json* value = r.raw(key);
    if (value && *value != off) r.not_in_this_build(key);
  }
  r.not_in_this_build("secret");
  return c;
}

void read_listeners(Reader& r, Settings& s) {
  r.each("listeners", [&](const Json& value, const std::string& path) {
    auto listener = read_listener(r.at(value, path), s.listeners.size());
    for (const auto& other : s.listeners)
      if (other.name == listener.name)
        r.scope().problems.error(path + ".name", "is another listener's name, too: `" + other.name + "`");
    s.listeners.push_back(std::move(listener));
  });
  if (!r.has("listeners")) s.listeners.push_back({"web", {"0.0.0.0", 8080}, ""});
  if (s.listeners.empty()) r.problem("listeners", "expected at least one, or leave the key out");
}

// What a tenant may say for itself is read with the tenants (routing::Defaults); here is the node's part.
void read_limits(Reader& r, Settings& s) {
  Reader limits = r.child("limits");
  s.session.head = http::HeadLimits::read(limits.child("head"));
  Reader body = limits.child("body");
  body.optional("idle", s.session.body.idle, 100ms, 1h);
  body.optional("min_rate", s.session.body.min_rate);
  body.optional("min_rate_after", s.session.body.min_rate_after, 0ms, 1h);
  for (const auto* key : {"size", "json", "login"}) body.raw(key);
  for (const auto* key : {"upstream", "tunnel", "retry_budget", "outlier"}) limits.raw(key);
  s.spool = SpoolSpace::Config::read(limits.child("spool"));
  s.session.client = server::ClientLimits::read(limits.child("client"));
  limits.not_in_this_build("http2");
  std::error_code ec;
  if (!std::filesystem::is_directory(s.spool.directory, ec))
    limits.problem("spool", "directory `" + s.spool.directory.string() + "` is not there");
  else if (::access(s.spool.directory.c_str(), W_OK | X_OK) != 0)
    limits.problem("spool", "directory `" + s.spool.directory.string() + "` cannot be written to");
}

void read_registry(Reader r, Settings& s) {
  std::string type = "file";
  r.optional("type", type);
  if (type == "redis") r.not_in_this_build("type");
  else if (type != "file") r.problem("type", "expected file | redis, got `" + type + "`");
  r.required("path", s.registry);
  r.not_in_this_build("snapshot");
  r.not_in_this_build("redis");
}

void read_middlewares(Reader& r, Settings& s) {
  const Json* list = r.raw("middlewares");
  if (!list) return;
  s.middlewares = *list;
  middleware::build_chain(*list, r.path("middlewares"), nullptr, r.scope().problems);
}

void read_admin(Reader r, Settings& s) {
  r.optional("address", s.admin);
  config::HostPort probes;
  if (r.optional("probes", probes)) s.probes = probes;
  for (const auto* key : {"dashboard", "tokens", "oidc"}) r.not_in_this_build(key);
}

void read_log(Reader r, Settings& s) {
  s.log = log::read_config(r);
  s.access_log = AccessLog::Config::read(r.child("access"));
}

void read_rest(Reader& r, Settings& s) {
  s.dns = upstream::Discovery::Config::read([&] {
    Reader discovery = r.child("discovery");
    discovery.not_in_this_build("kubernetes");
    return discovery.child("dns");
  }());
  r.child("metrics").optional("tenants", s.metrics_tenants, 0, 100'000);
  s.drain = server::DrainConfig::read(r.child("drain"));
  std::string mode = "enforce";
  r.optional("mode", mode);
  if (mode == "observe") r.not_in_this_build("mode");
  else if (mode != "enforce") r.problem("mode", "expected enforce | observe, got `" + mode + "`");
  const Json* proxy_protocol = r.raw("proxy_protocol");
  if (proxy_protocol && *proxy_protocol != "off") r.not_in_this_build("proxy_protocol");
  for (const auto* key : {"overload", "tls", "autoscale", "traefik", "tracing"}) r.not_in_this_build(key);
}

}  // namespace

Settings Settings::read(const Json& document, const std::filesystem::path& directory, config::Problems& problems) {
  Settings s;
  auto scope = std::make_shared<config::Scope>(config::Scope{problems, directory, true});
  Reader r(document, "", scope);
  read_node(r.child("node"), s);
  read_threads(r, s);
  read_listeners(r, s);
  r.optional("trusted_proxies", s.session.trusted_proxies);
  read_registry(r.child("registry"), s);
  read_limits(r, s);
  read_middlewares(r, s);
  s.defaults = routing::Defaults::read(r);
  for (const auto& [name, tier] : s.defaults.tiers)
    if (const auto list = tier.find("middlewares"); list != tier.end())
      middleware::build_chain(*list, "tiers." + name + ".middlewares", nullptr, problems);
  read_admin(r.child("admin"), s);
  read_log(r.child("log"), s);
  read_rest(r, s);
  return s;
}

Settings Settings::read_file(const std::filesystem::path& file, config::Problems& problems) {
  const auto document = config::read_file(file, problems);
  if (!document) return {};
  return read(*document, std::filesystem::absolute(file).parent_path(), problems);
}

std::vector<std::string> Settings::needs_restart(const Settings& next) const {
  std::vector<std::string> keys;
  const auto same_listener = [](const server::ListenerConfig& a, const server::ListenerConfig& b) {
    return a.name == b.name && a.address == b.address && a.health == b.health;
  };
  if (!std::equal(listeners.begin(), listeners.end(), next.listeners.begin(), next.listeners.end(), same_listener))
    keys.push_back("listeners");
  if (threads != next.threads) keys.push_back("threads");
  if (registry != next.registry) keys.push_back("registry.path");
  if (admin != next.admin || probes != next.probes) keys.push_back("admin");
  if (spool.memory != next.spool.memory || spool.disk != next.spool.disk || spool.total != next.spool.total ||
      spool.directory != next.spool.directory)
    keys.push_back("limits.spool");
  if (access_log.path != next.access_log.path || access_log.format != next.access_log.format ||
      access_log.sample != next.access_log.sample)
    keys.push_back("log.access");
  if (metrics_tenants != next.metrics_tenants) keys.push_back("metrics.tenants");
  if (dns.refresh != next.dns.refresh) keys.push_back("discovery.dns");
  return keys;
}

}  // namespace gatehouse
