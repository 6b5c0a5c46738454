#include "middleware/registry.hpp"

#include "test/middleware/chain.hpp"

namespace gatehouse::middleware {
namespace {

using test::TestExchange;

Lines problems_of(std::string_view list) { return Chain(list).problems(); }

TEST_CASE("registry: what every build knows loads and lets an exchange through") {
  const Chain chain("[{request_id: {}}, {access_log:}, {path_policy: {}}, {origin_check: {}}]");
  CHECK(chain.problems() == Lines{});
  TestExchange ex("GET", "/web", "a.example.com");
  CHECK(chain.verdict(ex) == "204");
  CHECK(chain.asked() == 1);
}

TEST_CASE("registry: an empty list is the last handler itself") {
  config::Problems problems;
  const auto last = std::make_shared<Stub>();
  CHECK(build_chain(config::Json::array(), "middlewares", last, problems) == last);
  CHECK(build_chain(config::Json(), "middlewares", last, problems) == last);
  CHECK(problems.empty());
}

TEST_CASE("registry: the order of the list is from outer to inner") {
  TestExchange ex("GET", "/web", "a.example.com");
  CHECK(Chain("[{access_log: {enabled: false}}, {access_log: {enabled: true}}]").verdict(ex) == "204");
  CHECK(ex.record.logged);
  CHECK(Chain("[{access_log: {enabled: true}}, {access_log: {enabled: false}}]").verdict(ex) == "204");
  CHECK_FALSE(ex.record.logged);
}

TEST_CASE("registry: all problems are told at once, in order, each with its path") {
  CHECK(problems_of("[{path_polcy: {}}, {path_policy: {helth: edge, iot: 5}}, {}, 7, {access_log: 3}]") ==
        Lines{"middlewares[0].path_polcy: no such middleware",
              "middlewares[1].path_policy.iot: expected text, got 5 (put it in quotes)",
              "middlewares[1].path_policy: unknown key `helth`, did you mean `health`?",
              "middlewares[2]: expected a middleware's type as a key", "middlewares[3]: expected an object, got 7",
              "middlewares[4].access_log: expected an object, got 3"});
  CHECK(problems_of("{path_policy: {}}") == Lines{"middlewares: expected a list, got an object"});
}

TEST_CASE("registry: an entry has one type") {
  CHECK(problems_of("[{access_log: {}, path_policy: {}}]") == Lines{"middlewares[0]: unknown key `path_policy`"});
}

TEST_CASE("registry: a middleware of the contract that is not built yet is never silence") {
  CHECK(problems_of("[{waf: {mode: block}}, {rate_limit: {average: 5}}]") ==
        Lines{"middlewares[0].waf: not in this build", "middlewares[1].rate_limit: not in this build"});
}

TEST_CASE("registry: mode enforce is what happens, observe is not in this build") {
  CHECK(problems_of("[{path_policy: {mode: enforce}}]") == Lines{});
  CHECK(problems_of("[{path_policy: {mode: observe}}]") == Lines{"middlewares[0].path_policy.mode: not in this build"});
  CHECK(problems_of("[{request_id: {mode: off}}]") ==
        Lines{"middlewares[0].request_id.mode: expected enforce | observe, got `off`"});
}

TEST_CASE("registry: a chain with problems is of the good entries") {
  const Chain chain("[{path_policy: {health: maybe}}, {access_log: {enabled: false}}, {nonsense: {}}]");
  CHECK(chain.problems().size() == 2);
  TestExchange ex("GET", "/web/database/manager", "a.example.com");
  CHECK(chain.verdict(ex) == "204");
  CHECK_FALSE(ex.record.logged);
}

TEST_CASE("registry: what is written is not expanded from the environment") {
  CHECK(problems_of("[{origin_check: {allow: [\"${HOME}\"]}}]") ==
        Lines{"middlewares[0].origin_check.allow[0]: expected an origin or a host, got `${HOME}`"});
}

TEST_CASE("registry: an entry may have a name, beside its type or among its options") {
  constexpr auto kList = "[{name: doors, path_policy: {}}, {origin_check: {name: origins}}, {access_log: {}}, 7]";
  CHECK(names(yaml(kList)) == Lines{"doors", "origins", "access_log"});
  CHECK(problems_of(kList) == Lines{"middlewares[3]: expected an object, got 7"});
  CHECK(names(yaml("{a: b}")) == Lines{});
}

}  // namespace
}  // namespace gatehouse::middleware
