#include "middleware/path_policy.hpp"

#include "test/middleware/chain.hpp"

namespace gatehouse::middleware {
namespace {

using config::parse_time;
using routing::PathClass;
using routing::State;
using routing::Tenant;
using test::TestExchange;

constexpr auto kNothing = "not_found by path_policy";
constexpr auto kThrough = "204";

std::string verdict(std::string_view options, std::string_view path, const Tenant& tenant = {},
                    std::string_view method = "GET") {
  const Chain chain("[{path_policy: {" + std::string(options) + "}}]");
  CHECK(chain.problems() == Lines{});
  TestExchange ex(method, path, "a.example.com");
  route(ex, tenant);
  const std::string result = chain.verdict(ex);
  CHECK(chain.asked() == (result == kThrough));
  return result;
}

TEST_CASE("path_policy: unless told otherwise the database manager is not there") {
  for (const auto* path :
       {"/web/database", "/web/database/manager", "/web/database/backup", "/fr_BE/web/database/list"}) {
    INFO(path);
    CHECK(verdict("", path) == kNothing);
    CHECK(verdict("", path, {}, "POST") == kNothing);
    CHECK(verdict("database_manager: deny", path) == kNothing);
    CHECK(verdict("database_manager: allow", path) == kThrough);
  }
  CHECK(verdict("", "/web/databases") == kThrough);
}

TEST_CASE("path_policy: unless told otherwise the IoT box's modules are not there") {
  for (const auto* path :
       {"/hw_proxy", "/hw_proxy/hello", "/hw_drivers/event", "/hw_posbox_homepage/x", "/fr/hw_proxy/hello"}) {
    INFO(path);
    CHECK(verdict("", path) == kNothing);
    CHECK(verdict("iot: allow", path) == kThrough);
  }
  CHECK(verdict("", "/hw_proxy2/hello") == kThrough);
  CHECK(verdict("", "/shop/category/hw_proxy") == kThrough);
}

TEST_CASE("path_policy: the filestore's internal prefix is never there") {
  CHECK(verdict("", "/web/filestore") == kNothing);
  CHECK(verdict("database_manager: allow, iot: allow, health: pass", "/web/filestore/db/aa/0123") == kNothing);
}

TEST_CASE("path_policy: everything else goes through") {
  for (const auto* path : {"/", "/web", "/web/login", "/odoo/database", "/web/static/hw_proxy"}) {
    INFO(path);
    CHECK(verdict("", path) == kThrough);
  }
}

TEST_CASE("path_policy: allow_from opens to the clients of these networks") {
  const auto from = [](std::string_view network) {
    return verdict("database_manager: {allow_from: [" + std::string(network) + "]}", "/web/database/manager");
  };
  CHECK(from("192.0.2.0/24") == kThrough);  // the exchange's client is 192.0.2.7
  CHECK(from("198.51.100.0/24, 192.0.2.7") == kThrough);
  CHECK(from("198.51.100.0/24") == kNothing);
  CHECK(from("") == kNothing);
  CHECK(verdict("iot: {allow_from: 192.0.2.7}", "/hw_proxy/hello") == kThrough);
  CHECK(verdict("iot: {allow_from: 192.0.2.7}", "/web/database/manager") == kNothing);
}

TEST_CASE("path_policy: the client's own address counts, not its connection's") {
  const Chain chain("[{path_policy: {database_manager: {allow_from: [192.0.2.7]}}}]");
  const Tenant tenant;
  TestExchange ex("GET", "/web/database/manager", "a.example.com");
  route(ex, tenant);
  ex.client.address = net::ip::make_address("203.0.113.9");
  CHECK(chain.verdict(ex) == kNothing);
}

TEST_CASE("path_policy: an opening ends at its time") {
  const Chain chain("[{path_policy: {database_manager: {allow_from: [192.0.2.7], until: 2026-12-24T00:00:00Z}}}]");
  CHECK(chain.problems() == Lines{});
  const auto at = [&](std::string_view time) {
    const Tenant tenant;
    TestExchange ex("GET", "/web/database/manager", "a.example.com");
    route(ex, tenant);
    ex.record.time = *parse_time(time);
    return chain.verdict(ex);
  };
  CHECK(at("2026-12-23T23:59:59Z") == kThrough);
  CHECK(at("2026-12-24T00:00:00Z") == kNothing);
  CHECK(at("2027-01-01") == kNothing);
}

TEST_CASE("path_policy: health is told from the tenant's state, no worker is asked") {
  for (const auto* path : {"/web/health", "/web/health?db_server_status=1", "/websocket/health"}) {
    INFO(path);
    Tenant tenant;
    CHECK(verdict("", path, tenant) == "200");
    tenant.state = State::maintenance;
    CHECK(verdict("", path, tenant) == "503");
    tenant.state = State::suspended;
    CHECK(verdict("health: edge", path, tenant) == "503");
    CHECK(verdict("health: pass", path, tenant) == kThrough);
  }
  CHECK(verdict("", "/websocket") == kThrough);
}

TEST_CASE("path_policy: the answer to health reads as Odoo's") {
  const Chain chain("[{path_policy: {}}]");
  Tenant tenant;
  const auto text = [&] {
    TestExchange ex("GET", "/web/health", "a.example.com");
    route(ex, tenant);
    Outcome outcome = chain.handle(ex);
    REQUIRE(outcome.has_value());
    CHECK(outcome.value().head.fields.get(Field::content_type) == "application/json");
    CHECK(outcome.value().head.fields.get(Field::cache_control) == "no-store");
    return body_of(outcome.value());
  };
  CHECK(text() == R"({"status": "pass"})");
  tenant.state = State::suspended;
  CHECK(text() == R"({"status": "fail"})");
}

TEST_CASE("path_policy: the versions that clients poll are never blocked") {
  Tenant tenant;
  tenant.classes.push_back({"odd", {"/web/*"}, PathClass::database});
  CHECK(verdict("", "/web/webclient/version_info", tenant, "POST") == kThrough);
  CHECK(verdict("", "/web/version", tenant) == kThrough);
  CHECK(verdict("", "/web/other", tenant) == kNothing);
}

TEST_CASE("path_policy: in the node's own list it knows the doors, but no state") {
  const Chain chain("[{path_policy: {}}]");
  const auto at = [&](std::string_view path) {
    TestExchange ex("GET", path, "a.example.com");
    return chain.verdict(ex);
  };
  CHECK(at("/web/database/manager") == kNothing);
  CHECK(at("/hw_drivers/event") == kNothing);
  CHECK(at("/web/health") == kThrough);
  CHECK(at("/websocket/health") == kThrough);
}

TEST_CASE("path_policy: bad options are problems") {
  const auto problems = [](std::string_view options) {
    return Chain("[{path_policy: {" + std::string(options) + "}}]").problems();
  };
  CHECK(problems("database_manager: yes please") ==
        Lines{"middlewares[0].path_policy.database_manager: expected deny | allow, got `yes please`"});
  CHECK(problems("iot: {until: 2026-12-24}") == Lines{"middlewares[0].path_policy.iot.allow_from: is required"});
  CHECK(problems("iot: {allow_from: [nowhere]}").size() == 1);
  CHECK(problems("iot: {allow_from: [], til: 2026-12-24}").size() == 1);
  CHECK(problems("health: on").size() == 1);
}

}  // namespace
}  // namespace gatehouse::middleware
