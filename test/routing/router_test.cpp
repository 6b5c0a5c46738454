#include "routing/router.hpp"

#include <boost/asio/co_spawn.hpp>

#include "test/routing/tenants.hpp"
#include "test/support/exchange.hpp"

namespace gatehouse::routing {
namespace {

using test::TestExchange;

// The end of a tenant's chain: answers 200.
class End final : public Handler {
 public:
  Reply handle(Exchange& ex) override { return answer(ex, 200, "text/plain", "ok"); }
};

RoutesPtr routes_of(const std::shared_ptr<Tenant>& tenant) {
  tenant->chain = std::make_shared<End>();
  auto routes = std::make_shared<Routes>();
  HostIndex::Change change;
  for (const HostSpec& host : tenant->hosts) change.added.emplace_back(host.name, HostEntry{tenant, host.redirect});
  routes->hosts = HostIndex().with(change);
  return routes;
}

// "200", or the refusal: its name, policy, Retry-After or Location, text.
std::string routed(Router& router, Exchange& ex) {
  std::string result = "no outcome";
  net::io_context context;
  const auto run = [&]() -> Task<> {
    const Outcome outcome = co_await router.handle(ex);
    if (outcome.has_value()) {
      result = std::to_string(outcome.value().head.status);
      co_return;
    }
    const Refusal& refusal = outcome.error();
    result = std::string(meaning(refusal.code).name);
    if (!refusal.policy.empty()) result += " by " + std::string(refusal.policy);
    if (refusal.fields)
      for (const Fields::Entry& field : *refusal.fields) result += " " + std::string(field.value);
    if (!refusal.text.empty()) result += " \"" + std::string(refusal.text) + "\"";
  };
  const auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  net::co_spawn(context, run, rethrow);
  context.run();
  return result;
}

struct Fixture {
  Router router;
  explicit Fixture(std::string_view more) { router.set_routes(routes_of(tenant_of(minimal(more)))); }
  std::string operator()(std::string_view method, std::string_view target, std::string_view host = "a.example.com") {
    TestExchange ex(method, target, host);
    return routed(router, ex);
  }
};

TEST_CASE("router: finds the tenant by host and says what the path is") {
  Fixture f("classes: {feed: {paths: [/feed], like: report}}");
  TestExchange ex("GET", "/feed?x=1", "a.example.com");
  CHECK(routed(f.router, ex) == "200");
  CHECK(ex.tenant->id == "a");
  CHECK(ex.path_class == PathClass::report);
  CHECK(ex.record.tenant == "a");
  CHECK(ex.record.path_class == "feed");
  CHECK(f("GET", "/", "b.example.com") == "unknown_host");
  CHECK(f("GET", "/", "") == "unknown_host");
  CHECK(Fixture("")("GET", "/web/database/manager") == "200");
}

TEST_CASE("router: a running exchange keeps the routes it began with") {
  Fixture f("");
  TestExchange ex("GET", "/", "a.example.com");
  routed(f.router, ex);
  const std::weak_ptr<const Tenant> tenant = f.router.routes().hosts->find("a.example.com")->tenant;
  f.router.set_routes(std::make_shared<Routes>());
  CHECK_FALSE(tenant.expired());
  CHECK(ex.record.tenant == "a");
  ex.keep.reset();
  CHECK(tenant.expired());
}

TEST_CASE("router: host redirects are for GET and HEAD of pages, with scheme, port and query kept") {
  Router router;
  router.set_routes(
      routes_of(tenant_of(R"({id: a, hosts: [a.com, {name: www.a.com, redirect: a.com}], web: {dns: "x:1"}})")));
  const auto to = [&](std::string_view method, std::string_view target, bool tls = false, std::uint16_t port = 0) {
    TestExchange ex(method, target, "www.a.com");
    ex.client.tls = tls;
    ex.request.port = port;
    return routed(router, ex);
  };
  CHECK(to("GET", "/shop?q=a%20b") == "redirect http://a.com/shop?q=a%20b");
  CHECK(to("HEAD", "/", true) == "redirect https://a.com/");
  CHECK(to("GET", "/", false, 8080) == "redirect http://a.com:8080/");
  CHECK(to("GET", "/", true, 443) == "redirect https://a.com/");
  CHECK(to("GET", "/", true, 80) == "redirect https://a.com:80/");
  CHECK(to("GET", "/web/login") == "redirect http://a.com/web/login");
  CHECK(to("GET", "/web/static/x.js") == "redirect http://a.com/web/static/x.js");
  CHECK(to("POST", "/shop") == "200");
  for (const char* path : {"/xmlrpc/2/common", "/jsonrpc", "/json/2/x", "/json/x", "/websocket", "/longpolling/poll",
                           "/payment/status", "/web/hook/1", "/.well-known/acme-challenge/x", "/web/health"}) {
    CAPTURE(path);
    CHECK(to("GET", path) == "200");
  }
}

TEST_CASE("router: a suspended tenant's pages are refused, machines are told to come back") {
  Fixture f("state: suspended, suspension: {reason: unpaid, allow: [198.51.100.0/24], keep: [webhook]}");
  const std::string later = "maintenance by suspended 600 \"This site is suspended.\"";
  CHECK(f("GET", "/web") == "suspended by suspended");
  CHECK(f("GET", "/websocket") == "suspended by suspended");
  CHECK(f("POST", "/xmlrpc/2/object") == later);
  CHECK(f("POST", "/web/hook/1") == "200");
  CHECK(f("GET", "/web/health") == "200");
  TestExchange json("POST", "/web/dataset/call_kw", "a.example.com");
  json.request.fields.add(Field::content_type, "application/json; charset=utf-8");
  CHECK(routed(f.router, json) == later);
  TestExchange allowed("GET", "/web", "a.example.com");
  allowed.client.address = net::ip::make_address("198.51.100.9");
  CHECK(routed(f.router, allowed) == "200");
}

TEST_CASE("router: a tenant in maintenance says for how long, and lets in whom it lists") {
  // TestExchange's time is 2023-11-14T22:13:20.123Z
  Fixture f("state: maintenance, maintenance: {until: 2023-11-14T22:14:20Z, message: Upgrade, allow: [2001:db8::/32]}");
  CHECK(f("GET", "/web") == "maintenance 60 \"Upgrade\"");
  CHECK(f("POST", "/jsonrpc") == "maintenance 60 \"Upgrade\"");
  CHECK(f("GET", "/web/webclient/version_info") == "maintenance 60 \"Upgrade\"");
  CHECK(f("GET", "/web/health") == "200");
  TestExchange allowed("GET", "/web", "a.example.com");
  allowed.client.address = net::ip::make_address("2001:db8::1");
  CHECK(routed(f.router, allowed) == "200");
  CHECK(Fixture("state: maintenance")("GET", "/web") == "maintenance 120");
  CHECK(Fixture("state: maintenance, maintenance: {until: 2023-11-14T22:13:20Z}")("GET", "/web") == "200");
}

}  // namespace
}  // namespace gatehouse::routing
