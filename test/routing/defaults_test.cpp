#include "test/routing/tenants.hpp"

namespace gatehouse::routing {
namespace {

Lines read_problems(std::string_view node) {
  Lines problems;
  defaults_of(node, &problems);
  return problems;
}

TEST_CASE("defaults: the built-in tiers differ in their queues and guard Odoo") {
  const Defaults defaults = Defaults::built_in();
  CHECK(defaults.tiers.at("standard")["queue"] == yaml("{length: 64, timeout: 10s}"));
  CHECK(defaults.tiers.at("dedicated")["queue"] == yaml("{length: 256, timeout: 30s}"));
  CHECK(defaults.tiers.at("high-resilience")["queue"] == yaml("{length: 512, timeout: 30s}"));
  for (const auto& [name, tier] : defaults.tiers) CHECK(tier["middlewares"].size() == 2);
}

TEST_CASE("defaults: a tier of a built-in name merges into it, a new one has the guards too") {
  const Defaults defaults = defaults_of(R"(
tiers:
  dedicated: {queue: {length: 100}}
  gold: {middlewares: [headers: {a: 1}, path_policy: {iot: allow}]}
  bare: {disable: [origin_check, path_policy]})");
  CHECK(defaults.tiers.at("dedicated")["queue"] == yaml("{length: 100, timeout: 30s}"));
  CHECK(defaults.tiers.at("gold")["middlewares"] == yaml("[headers: {a: 1}, path_policy: {database_manager: deny, iot: "
                                                         "allow, health: edge}, origin_check: {allow: []}]"));
  CHECK(defaults.tiers.at("bare")["middlewares"].empty());
}

TEST_CASE("defaults: of the node's limits, what a tenant may say is taken over") {
  const Defaults defaults = defaults_of(R"(
limits: {head: {size: 1KiB}, body: {size: 1MiB, idle: 3s}, tunnel: {idle: 2h}, http2: {streams: 1}})");
  CHECK(defaults.limits == yaml("{body: {size: 1MiB}, tunnel: {idle: 2h}}"));
}

TEST_CASE("defaults: what is wrong is said with its place in the node's configuration") {
  CHECK(read_problems("tiers: {gold: {queue: {lenght: 1}}}") ==
        Lines{"tiers.gold.queue: unknown key `lenght`, did you mean `length`?"});
  CHECK(read_problems("tiers: {gold: {weight: 1}}") == Lines{"tiers.gold.weight: not in this build"});
  CHECK(read_problems("tiers: {gold: {limits: {spool: {}}}}") ==
        Lines{"tiers.gold.limits.spool: only in the node's limits"});
  CHECK(read_problems("tiers: {Gold: {}}") ==
        Lines{"tiers.Gold: expected a name of a..z, 0..9 and -, at most 63, got `Gold`"});
  CHECK(read_problems("tiers: {gold: 1}") == Lines{"tiers.gold: expected an object, got 1"});
  CHECK(read_problems("tiers: {gold: {websocket: {dns: 'x:1'}}}") ==
        Lines{"tiers.gold.websocket: a tier has no place to send requests to"});
  CHECK(read_problems("limits: {tunnel: {idle: 0}}") == Lines{"limits.tunnel.idle: expected at least 1s, got 0"});
  CHECK(read_problems("limits: {body: {json: large}}") ==
        Lines{"limits.body.json: expected a size (512, 64KiB, 128MiB), got `large`"});
  CHECK(read_problems("pools: {p: {web: {dns: 'x:1'}, id: a}}") ==
        Lines{"pools.p.odoo.workers: is not set: nothing limits the requests in flight", "pools.p: unknown key `id`"});
  CHECK(read_problems("pools: {p: {odoo: {workers: 1}, websocket: {dns: 'x:1'}}}") ==
        Lines{"pools.p.web: is required"});
}

TEST_CASE("defaults: ${NAME} is expanded, also where a number is asked for") {
  setenv("ROUTING_TEST_WORKERS", "7", 1);
  setenv("ROUTING_TEST_HOST", "[::1]", 1);
  const Defaults defaults = defaults_of(R"(
pools: {p: {odoo: {workers: "${ROUTING_TEST_WORKERS}"}, web: {dns: "${ROUTING_TEST_HOST}:8069"}, websocket: {dns: "x:1"}}})");
  const auto tenant = tenant_of("{id: a, hosts: [a.com], pool: p}", defaults);
  CHECK(tenant->web.max_in_flight == 7);
  CHECK(tenant->web.dns == config::HostPort{"::1", 8069});
  unsetenv("ROUTING_TEST_WORKERS");
  CHECK(read_problems("tiers: {gold: {queue: {length: \"${ROUTING_TEST_WORKERS}\"}}}").front() ==
        "tiers.gold.queue.length: environment variable `ROUTING_TEST_WORKERS` is not set");
}

}  // namespace
}  // namespace gatehouse::routing
