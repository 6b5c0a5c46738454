#include "middleware/request_id.hpp"

#include "test/middleware/chain.hpp"

namespace gatehouse::middleware {
namespace {

TEST_CASE("request_id: leaves the exchange and its id alone, the session gives it") {
  test::TestExchange ex("GET", "/web", "a.example.com");
  CHECK(Chain("[{request_id: {}}]").verdict(ex) == "204");
  CHECK(ex.record.request_id == "0123456789abcdef");
  CHECK(ex.head_hooks.empty());
}

TEST_CASE("request_id: has no options") {
  CHECK(Chain("[{request_id: {header: X-Id}}]").problems() == Lines{"middlewares[0].request_id: unknown key `header`"});
}

}  // namespace
}  // namespace gatehouse::middleware
