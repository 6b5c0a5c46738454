#include "test/routing/tenants.hpp"

namespace gatehouse::routing {
namespace {

TEST_CASE("merge: objects merge key by key, lists and scalars replace, null says nothing") {
  const Defaults defaults =
      defaults_of("{limits: {body: {size: 1MiB}}, tiers: {gold: {queue: {length: 5, timeout: 1s}}}}");
  const auto merged = merge_tenant(
      yaml("{tier: gold, hosts: [a], queue: {length: 6}, limits: {body: {login: 1KiB}}, region: }"), defaults);
  CHECK(merged["queue"] == yaml("{length: 6, timeout: 1s}"));
  CHECK(merged["limits"]["body"] == yaml("{size: 1MiB, json: auto, login: 1KiB}"));
  CHECK(merged["hosts"] == yaml("[a]"));
  CHECK_FALSE(merged.contains("region"));
}

TEST_CASE("merge: middlewares merge by name in the tier's place; replace and disable say otherwise") {
  const Defaults defaults = defaults_of(R"(
tiers: {gold: {middlewares: [headers: {a: 1, b: {c: 1}}, {name: second, headers: {x: 1}}, compress: {}]}})");
  const auto middlewares = [&](std::string_view text) {
    auto document = yaml(text);
    document["tier"] = "gold";
    auto list = merge_tenant(document, defaults)["middlewares"];
    list.erase(std::remove_if(list.begin(), list.end(),
                              [](const auto& e) { return e.contains("path_policy") || e.contains("origin_check"); }),
               list.end());
    return list;
  };
  CHECK(middlewares("{}") == yaml("[headers: {a: 1, b: {c: 1}}, {name: second, headers: {x: 1}}, compress: {}]"));
  CHECK(middlewares("{middlewares: [mirror: {}, headers: {b: {d: 2}}]}") ==
        yaml("[headers: {a: 1, b: {c: 1, d: 2}}, {name: second, headers: {x: 1}}, compress: {}, mirror: {}]"));
  CHECK(middlewares("{middlewares: [{name: second, headers: {y: 2}}]}") ==
        yaml("[headers: {a: 1, b: {c: 1}}, {name: second, headers: {x: 1, y: 2}}, compress: {}]"));
  CHECK(middlewares("{middlewares: [{replace: true, headers: {z: 1}}], disable: [compress, second]}") ==
        yaml("[headers: {z: 1}]"));
  CHECK(middlewares("{disable: compress}").size() == 2);
}

TEST_CASE("merge: every value has an origin") {
  const Defaults defaults = defaults_of(
      "{limits: {body: {size: 1MiB}}, tiers: {gold: {queue: {length: 5}, middlewares: [headers: {a: 1}, compress: "
      "{}]}}}");
  Origins origins;
  merge_tenant(
      yaml(
          "{id: a, tier: gold, hosts: [a], queue: {timeout: 2s}, middlewares: [headers: {b: 1}], disable: [compress]}"),
      defaults, &origins);
  CHECK(origins.at("id") == "tenant");
  CHECK(origins.at("hosts") == "tenant");
  CHECK(origins.at("tier") == "tenant");
  CHECK(origins.at("state") == "built-in");
  CHECK(origins.at("limits.body.size") == "limits");
  CHECK(origins.at("limits.body.login") == "built-in");
  CHECK(origins.at("queue.length") == "tier gold");
  CHECK(origins.at("queue.timeout") == "tenant");
  CHECK(origins.at("middlewares.headers.a") == "tier gold");
  CHECK(origins.at("middlewares.headers.b") == "tenant");
  CHECK(origins.at("middlewares.path_policy.iot") == "tier gold");
  CHECK_FALSE(origins.contains("middlewares.compress"));
  CHECK_FALSE(origins.contains("queue"));
}

TEST_CASE("merge: a value of another type takes the place of what was there") {
  Origins origins;
  const auto merged = merge_tenant(yaml("{queue: 5, limits: {body: [1]}}"), Defaults::built_in(), &origins);
  CHECK(merged["queue"] == 5);
  CHECK(origins.at("queue") == "tenant");
  CHECK_FALSE(origins.contains("queue.length"));
  CHECK(origins.at("limits.body") == "tenant");
}

}  // namespace
}  // namespace gatehouse::routing
