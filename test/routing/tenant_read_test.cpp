#include "test/routing/tenants.hpp"

namespace gatehouse::routing {
namespace {

using namespace std::chrono_literals;

const std::string kNoCap = "odoo.workers: is not set: nothing limits the requests in flight";

TEST_CASE("tenant document: id, hosts and a place to send to are enough") {
  const auto tenant = tenant_of(minimal());
  CHECK(tenant->id == "a");
  CHECK(tenant->tier == "standard");
  CHECK(tenant->hosts.size() == 1);
  CHECK(tenant->state == State::active);
  CHECK(tenant->web.endpoints == std::vector<EndpointSpec>{{{"10.0.0.1", 8069}, 1}});
  CHECK_FALSE(tenant->web.keep_alive);
  CHECK(tenant->websocket.keep_alive);
  CHECK(tenant->queue.length == 64);
  CHECK(tenant->limits.body.size == config::Bytes{128ull << 20});
  CHECK(tenant->middlewares ==
        yaml("[path_policy: {database_manager: deny, iot: deny, health: edge}, origin_check: {allow: []}]"));
  CHECK(problems_of(minimal()) == Lines{kNoCap});
  CHECK(problems_of(minimal("odoo: {workers: 4}")) == Lines{});
}

TEST_CASE("tenant document: everything it can say is read") {
  const auto tenant = tenant_of(R"(
id: globex
hosts: [Globex.Example.com., "*.globex.example.com", {name: www.globex.com, redirect: globex.example.com}]
tier: dedicated
region: eu-west
labels: {plan: gold}
suspension: {reason: unpaid, allow: ["198.51.100.0/24"], keep: [webhook, mail]}
maintenance: {message: "Upgrade", allow: 198.51.100.1}
odoo: {version: 18, workers: 4, threaded: false, time_limit_real: 120s}
web:
  endpoints: ["10.0.2.7:8069", {address: "odoo-2:8069", weight: 2}]
  max_in_flight: 3
  host: ""
  tls: {enabled: false, ca: "", server_name: "", cert: "", key: ""}
websocket: {dns: "globex-headless:8072", max_sockets: 300}
queue: {length: 0}
limits: {body: {size: 10MiB, json: auto}, tunnel: {idle: 2h}, upstream: {first_byte: 30s, report: 40s}, retry_budget: 10%}
session_cookie: {secure: false, same_site: keep}
mode: enforce
affinity: none
database_header: none
rev: 7
schema: 1
)");
  CHECK(tenant->hosts[0].name == "globex.example.com");
  CHECK(tenant->hosts[1].name == "*.globex.example.com");
  CHECK(tenant->hosts[2].redirect == "globex.example.com");
  CHECK(tenant->labels.at("plan") == "gold");
  CHECK(tenant->suspension.keep == std::vector{PathClass::webhook, PathClass::mail});
  CHECK(tenant->suspension.allow.size() == 1);
  CHECK(tenant->maintenance.message == "Upgrade");
  CHECK(tenant->odoo.version == 18);
  CHECK(tenant->odoo.time_limit_real == config::Duration{120s});
  CHECK(tenant->web.endpoints[1] == EndpointSpec{{"odoo-2", 8069}, 2});
  CHECK(tenant->web.max_in_flight == 3);
  CHECK(tenant->websocket.dns == config::HostPort{"globex-headless", 8072});
  CHECK(tenant->websocket.max_sockets == 300);
  CHECK(tenant->websocket.tunnel_idle == 2h);
  CHECK(tenant->queue.length == 0);
  CHECK(tenant->queue.timeout == 30s);
  CHECK(tenant->limits.body.json_size() == config::Bytes{14ull << 20});
  CHECK(tenant->limits.upstream.first_byte == config::Duration{30s});
  CHECK(tenant->limits.retry_budget == 0.1);
  CHECK_FALSE(tenant->session_cookie.secure);
  CHECK(tenant->session_cookie.same_site == SessionCookie::SameSite::keep);
}

TEST_CASE("tenant document: the slots of an endpoint are odoo.workers unless it says its own") {
  CHECK(tenant_of(minimal("odoo: {workers: 6}"))->web.max_in_flight == 6);
  CHECK(tenant_of(minimal())->web.max_in_flight == 0);
  const std::string uncapped = "{id: a, hosts: [a.example.com], web: {endpoints: [\"10.0.0.1:80\"], max_in_flight: 0}}";
  CHECK(problems_of(uncapped) == Lines{});
}

TEST_CASE("tenant document: a threaded Odoo has its websockets on web, outside the slots") {
  const auto tenant = tenant_of(R"({id: a, hosts: [a.example.com], odoo: {threaded: true, workers: 2},
    web: {endpoints: ["10.0.0.1:8069"]}, websocket: {max_sockets: 9}})");
  CHECK(tenant->websocket.endpoints == tenant->web.endpoints);
  CHECK(tenant->websocket.max_in_flight == 0);
  CHECK(tenant->websocket.max_sockets == 9);
  CHECK(tenant->web.max_in_flight == 2);
  CHECK(problems_of(minimal("odoo: {threaded: true, workers: 2}")) ==
        Lines{"websocket: odoo.threaded: websockets go to web, which is not to be named again"});
}

struct Wrong {
  const char* document;
  Lines problems;
};

const Wrong kWrong[]{
    {"{}", {"id: is required", "hosts: is required", "web: is required, or name a shared pool", kNoCap}},
    {"[1]", {"expected a tenant, got a list"}},
    {"{id: A_b, hosts: [a.example.com], web: {dns: 'x:80', max_in_flight: 0}}",
     {"id: expected a..z, 0..9 and -, at most 63, got `A_b`"}},
    {"{id: a, hosts: [], web: {dns: 'x:80', max_in_flight: 0}}", {"hosts: expected at least one host name"}},
    {"{id: a, hosts: ['*', 'a b', 'x.*.com', {name: b.com, redirect: '*.b.com'}], web: {dns: 'x:80', max_in_flight: "
     "0}}",
     {"hosts[0]: expected a host name (a.example.com, *.example.com), got `*`",
      "hosts[1]: expected a host name (a.example.com, *.example.com), got `a b`",
      "hosts[2]: expected a host name (a.example.com, *.example.com), got `x.*.com`",
      "hosts[3].redirect: expected a host name (a.example.com, *.example.com), got `*.b.com`"}},
    {"{id: a, hosts: [a.com, A.com, {name: b.com, redirect: b.com}, {name: '*.c.com', redirect: d.c.com}], web: {dns: "
     "'x:80', max_in_flight: 0}}",
     {"hosts[1]: `a.com` is there twice", "hosts[2].redirect: `b.com` is redirected itself",
      "hosts[3].redirect: `d.c.com` is redirected itself"}},
    {"{id: a, hosts: [a.com], web: {endpoints: ['10.0.0.1', {address: 'h:1', weight: 0}, 'h:1'], dns: 'x:80', "
     "max_in_flight: 0}}",
     {"web.endpoints[0]: expected host:port, got `10.0.0.1`", "web.endpoints[1].weight: expected 1..1000, got 0",
      "web.endpoints[2]: `h:1` is there twice, use its weight", "web.dns: expected either endpoints or dns, got both"}},
    {"{id: a, hosts: [a.com], web: {endpoints: [], max_in_flight: 0}}", {"web: expected endpoints or dns"}},
    {"{id: a, hosts: [a.com], pool: nowhere}", {"pool: no such pool `nowhere`"}},
    {"{id: a, hosts: [a.com], tier: nowhere, web: {dns: 'x:80', max_in_flight: 0}}", {"tier: no such tier `nowhere`"}},
};

TEST_CASE("tenant document: what is wrong is said with its place") {
  for (const Wrong& wrong : kWrong) {
    CAPTURE(wrong.document);
    CHECK(problems_of(wrong.document) == wrong.problems);
  }
}

TEST_CASE("tenant document: what a key of it may not say") {
  const std::pair<const char*, const char*> rows[]{
      {"state: hibernated", "state: `hibernated`: not in this build"},
      {"state: off", "state: expected active | maintenance | suspended, got `off`"},
      {"maintenance: {windows: []}", "maintenance.windows: not in this build"},
      {"suspension: {keep: [webhooks]}", "suspension.keep: no such path class `webhooks`"},
      {"suspension: {allow: [10.0.0.1/8]}",
       "suspension.allow[0]: expected an address or a network (10.0.0.0/8, host bits zero), got `10.0.0.1/8`"},
      {"labels: {plan: 1}", "labels.plan: expected text, got 1"},
      {"database: a", "database: not in this build"},
      {"waf: {mode: block}", "waf: not in this build"},
      {"rate_limits: {}", "rate_limits: not in this build"},
      {"release: {}", "release: not in this build"},
      {"autoscale: {}", "autoscale: not in this build"},
      {"weight: 2", "unknown key `weight`"},
      {"affinity: learned", "affinity: `learned`: not in this build"},
      {"mode: observe", "mode: `observe`: not in this build"},
      {"mode: enforced", "mode: expected enforce | observe, got `enforced`"},
      {"database_header: dbfilter", "database_header: `dbfilter`: not in this build"},
      {"limits: {head: {}}", "limits.head: only in the node's limits"},
      {"limits: {body: {idle: 1s}}", "limits.body.idle: only in the node's limits"},
      {"limits: {body: {syze: 1}}", "limits.body: unknown key `syze`, did you mean `size`?"},
      {"queue: {lenght: 1}", "queue: unknown key `lenght`, did you mean `length`?"},
      {"queue: 5", "queue: expected an object, got 5"},
      {"schema: 2", "schema: expected 1..1, got 2"},
      {"classes: {rpc: {paths: [/x], like: page}}", "classes.rpc: is the name of a built-in class"},
      {"classes: {own: {paths: [x], like: page}}",
       "classes.own.paths[0]: expected a path (/shop/feed.xml, /shop/*), got `x`"},
      {"classes: {own: {paths: [/x], like: websocket}}",
       "classes.own.like: expected a class of HTTP requests (page, rpc, report, …), got `websocket`"},
      {"middlewares: [{headers: {}, compress: {}}]",
       "middlewares[0].compress: is a second type, an entry has one (the first is `headers`)"},
      {"middlewares: [{name: x}]", "middlewares[0]: expected a middleware's type as a key"},
      {"middlewares: [{headers: 1}]", "middlewares[0].headers: expected an object, got 1"},
      {"middlewares: [headers: {}, headers: {}]", "middlewares[1]: is the second one of name `headers`"},
      {"middlewares: {}", "middlewares: expected a list, got an object"},
  };
  for (const auto& [key, problem] : rows) {
    CAPTURE(key);
    CHECK(problems_of(minimal("odoo: {workers: 1}, " + std::string(key))) == Lines{problem});
  }
  CHECK(problems_of("{id: a, hosts: [a.com], odoo: {workers: 1}, web: {service: {}, tls: {enabled: true}, dns: 'x:1'}, "
                    "websocket: {dns: 'x:2'}}") ==
        Lines{"web.service: not in this build", "web.tls.enabled: not in this build"});
}

TEST_CASE("tenant document: warnings come with a tenant") {
  CHECK(problems_of(minimal("odoo: {workers: 1}, expires_at: 2001-01-01")) == Lines{"expires_at: is in the past"});
  CHECK(problems_of("{id: a, hosts: [a.com], odoo: {workers: 1}, web: {dns: 'x:1'}}") ==
        Lines{"websocket: is not set: websockets are refused"});
}

TEST_CASE("tenant document: a shared pool stands for web, websocket and odoo, and excludes its own") {
  const Defaults defaults = defaults_of(R"(
pools: {shared: {odoo: {version: 17, workers: 6}, web: {endpoints: ["10.0.1.7:8069"]}, websocket: {endpoints: ["10.0.1.7:8072"]}}})");
  const auto tenant = tenant_of("{id: a, hosts: [a.com], pool: shared}", defaults);
  CHECK(tenant->pool == "shared");
  CHECK(tenant->web.max_in_flight == 6);
  CHECK(tenant->odoo.version == 17);
  CHECK(tenant->websocket.endpoints[0].address.port == 8072);
  CHECK(problems_of("{id: a, hosts: [a.com], pool: shared}", defaults) == Lines{});
  CHECK(problems_of("{id: a, hosts: [a.com], pool: shared, web: {dns: 'x:1'}}", defaults) ==
        Lines{"web: comes from the pool: name either `pool` or `web`"});
}

TEST_CASE("tenant document: equal effective documents have equal hashes") {
  CHECK(tenant_of(minimal())->hash == tenant_of(minimal("tier: standard, queue: {length: 64}"))->hash);
  CHECK(tenant_of(minimal())->hash != tenant_of(minimal("queue: {length: 65}"))->hash);
  const Defaults longer = defaults_of("tiers: {standard: {queue: {length: 65}}}");
  CHECK(tenant_of(minimal(), longer)->hash == tenant_of(minimal("queue: {length: 65}"))->hash);
}

TEST_CASE("tenant document: ${NAME} is text like any other") {
  CHECK(tenant_of(minimal("region: '${HOME}'"))->region == "${HOME}");
}

}  // namespace
}  // namespace gatehouse::routing
