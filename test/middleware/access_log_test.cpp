#include "middleware/access_log.hpp"

#include "test/middleware/chain.hpp"

namespace gatehouse::middleware {
namespace {

bool logged(std::string_view list) {
  test::TestExchange ex("GET", "/web", "a.example.com");
  CHECK(Chain(list).verdict(ex) == "204");
  return ex.record.logged;
}

TEST_CASE("access_log: says whether the session writes a line, and does unless told otherwise") {
  CHECK(logged("[{access_log: {}}]"));
  CHECK(logged("[{access_log: {enabled: true}}]"));
  CHECK_FALSE(logged("[{access_log: {enabled: false}}]"));
}

TEST_CASE("access_log: enabled is true or false") {
  CHECK(Chain("[{access_log: {enabled: maybe}}]").problems().size() == 1);
}

}  // namespace
}  // namespace gatehouse::middleware
