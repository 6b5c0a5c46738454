#include "routing/tenant.hpp"

#include "test/routing/tenants.hpp"

namespace gatehouse::routing {
namespace {

using namespace std::chrono_literals;

TEST_CASE(
    "tenant: its own classes come first, a star matches any rest, and websocket and database stay what they are") {
  const auto tenant = tenant_of(minimal(
      "classes: {feed: {paths: [/shop/feed.xml, /feeds/*], like: report}, all: {paths: ['/web*'], like: page}}"));
  const auto class_of = [&](std::string_view path) {
    std::string_view own;
    const PathClass path_class = tenant->class_of(path, Verb::get, &own);
    return std::string(name(path_class)) + " " + std::string(own);
  };
  CHECK(class_of("/shop/feed.xml") == "report feed");
  CHECK(class_of("/shop/feed.xml2") == "page ");
  CHECK(class_of("/feeds/a/b") == "report feed");
  CHECK(class_of("/web/health") == "page all");
  CHECK(class_of("/web/database/manager") == "database ");
  CHECK(class_of("/websocket") == "websocket ");
  CHECK(class_of("/report/pdf/1") == "report ");
}

TEST_CASE("tenant: expiry suspends only when asked to, and maintenance ends by itself") {
  const auto at = *config::parse_time("2027-01-01T00:00:00Z");
  const auto expiring = tenant_of(minimal("expires_at: 2027-01-01T00:00:00Z, on_expiry: suspend"));
  CHECK(expiring->state_at(at - 1s) == State::active);
  CHECK(expiring->state_at(at) == State::suspended);
  CHECK(tenant_of(minimal("expires_at: 2027-01-01T00:00:00Z"))->state_at(at) == State::active);

  const auto maintained = tenant_of(minimal("state: maintenance, maintenance: {until: 2027-01-01}"));
  CHECK(maintained->state_at(at - 1s) == State::maintenance);
  CHECK(maintained->state_at(at) == State::active);
  CHECK(tenant_of(minimal("maintenance: {until: 2027-01-01}"))->state_at(at - 1s) == State::active);
  CHECK(tenant_of(minimal("state: maintenance"))->state_at(at) == State::maintenance);
}

}  // namespace
}  // namespace gatehouse::routing
