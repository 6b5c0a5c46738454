#include <iomanip>
#include <iostream>

#include "middleware/registry.hpp"
#include "proxy/http/host.hpp"
#include "proxy/http/target.hpp"
#include "proxy/main/assemble.hpp"
#include "proxy/main/commands.hpp"
#include "proxy/main/rehearsal.hpp"
#include "proxy/main/settings.hpp"
#include "proxy/upstream/forward_rules.hpp"
#include "routing/registry_file.hpp"

namespace gatehouse {
namespace {

using routing::PathClass;

void line(std::string_view name, const std::string& value) {
  std::cout << std::left << std::setw(12) << name << value << '\n';
}

std::string list(const std::vector<std::string>& words, std::string_view between) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : std::string(between)) + word;
  return all.empty() ? "-" : all;
}

// scheme://host[:port]/path?query, in pieces.
struct Url {
  std::string scheme, authority, target;
  static std::optional<Url> parse(const std::string& text) {
    const auto scheme = text.find("://");
    if (scheme == std::string::npos) return std::nullopt;
    const auto path = text.find('/', scheme + 3);
    Url url{text.substr(0, scheme), text.substr(scheme + 3, path == std::string::npos ? path : path - scheme - 3),
            path == std::string::npos ? "/" : text.substr(path)};
    return url.scheme == "http" || url.scheme == "https" ? std::optional(url) : std::nullopt;
  }
};

std::string endpoints(const routing::PoolSpec& pool) {
  std::vector<std::string> all;
  for (const auto& e : pool.endpoints)
    all.push_back(e.address.to_string() + (e.weight == 1 ? "" : " ×" + std::to_string(e.weight)));
  if (pool.dns) all.push_back("each address of " + pool.dns->to_string());
  return list(all, ", ");
}

void explain_tenant(const routing::Tenant& tenant, const std::string& path, Verb verb) {
  using config::to_string;
  std::string_view own;
  const auto path_class = tenant.class_of(path, verb, &own);
  const bool websocket = path_class == PathClass::websocket;
  const auto& pool = websocket ? tenant.websocket : tenant.web;
  line("tenant", tenant.id + " (tier " + tenant.tier + ")");
  line("class", own.empty() ? std::string(routing::name(path_class))
                            : std::string(own) + ", like " + std::string(routing::name(path_class)));
  line("chain", list(middleware::names(tenant.middlewares), " > ") + " > forward");
  line("pool", std::string(websocket ? "websocket" : "web") + ": " + endpoints(pool));
  line("workers",
       pool.max_in_flight ? std::to_string(pool.max_in_flight) + " requests at once at each endpoint" : "no limit");
  line("queue", std::to_string(tenant.queue.length) + " requests, " + to_string(tenant.queue.timeout));
  line("first byte", to_string(upstream::first_byte(tenant, path_class)));
  const auto mebibytes = [](config::Bytes b) { return std::to_string(b.count >> 20) + "MiB"; };
  if (path_class == PathClass::login) line("body", mebibytes(tenant.limits.body.login));
  else line("body", mebibytes(tenant.limits.body.size) + ", JSON and XML " + mebibytes(tenant.limits.body.json_size()));
  for (const auto& [name, value] : tenant.labels) line("label", name + "=" + value);
}

}  // namespace

ExitCode explain(const Words& words) {
  const Arguments arguments(words, {"--config", "--from", "--method"});
  const auto file = arguments.value("--config");
  const auto url = arguments.rest().size() == 1 ? Url::parse(arguments.rest().front()) : std::nullopt;
  if (!file || !url || !arguments.unknown().empty()) {
    std::cerr << "usage: gatehouse explain URL --config FILE [--from IP] [--method M]   (URL: http://host/path)\n";
    return ExitCode::usage;
  }
  config::Problems problems;
  const auto settings = Settings::read_file(*file, problems);
  Chains chains(passing_handler());
  routing::FileRegistry registry(settings.registry, Attacher(chains, nullptr, nullptr));
  registry.set_defaults(settings.defaults);
  if (!problems.any_errors()) registry.refresh(problems);
  if (problems.any_errors()) return print(problems), ExitCode::wrong_input;

  char into[256];
  const auto authority = http::parse_authority(url->authority, into);
  std::pmr::monotonic_buffer_resource arena;
  http::Target target;
  if (!authority) return line("answer", "400: no such host name: " + url->authority), ExitCode::done;
  if (const auto wrong = http::parse_target(url->target, false, arena, target))
    return line("answer", "400: " + std::string(meaning(*wrong).text)), ExitCode::done;

  std::vector<std::string> listeners;
  for (const auto& l : settings.listeners) listeners.push_back(l.name + " " + l.address.to_string());
  line("listener", list(listeners, ", "));
  line("host", std::string(authority->host));
  line("path", std::string(target.path) +
                   (target.path == target.forwarded ? "" : "  (sent as " + std::string(target.forwarded) + ")"));
  const auto* entry = registry.routes()->hosts->find(authority->host);
  if (!entry) return line("answer", "404: no tenant has this host"), ExitCode::done;
  const auto verb = boost::beast::http::string_to_verb(arguments.value("--method").value_or("GET"));
  explain_tenant(*entry->tenant, std::string(target.path), verb);
  error_code ec;
  const auto from = net::ip::make_address(arguments.value("--from").value_or("192.0.2.1"), ec);
  if (ec) return std::cerr << "error: --from: not an address\n", ExitCode::usage;
  const auto port = authority->port;
  const RehearsedRequest request{verb,
                                 arguments.value("--method").value_or("GET"),
                                 std::string(authority->host),
                                 std::string(target.path),
                                 std::string(target.forwarded),
                                 port,
                                 url->scheme == "https",
                                 from};
  line("answer", rehearse(registry.routes(), request).answer);
  return ExitCode::done;
}

}  // namespace gatehouse
