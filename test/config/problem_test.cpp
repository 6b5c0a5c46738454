#include "config/problem.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::config;

TEST_CASE("problem: prints as path and text, and as text alone for the whole document") {
  CHECK(to_string(Problem{"listeners[1].tls", "is required"}) == "listeners[1].tls: is required");
  CHECK(to_string(Problem{"", "is empty"}) == "is empty");
}

TEST_CASE("problem: only errors count as errors") {
  Problems problems;
  CHECK(problems.empty());
  problems.warning("a", "odd");
  CHECK_FALSE(problems.any_errors());
  CHECK_FALSE(problems.empty());
  problems.error("b", "wrong");
  CHECK(problems.any_errors());
  CHECK(problems.list() ==
        std::vector<Problem>{{"a", "odd", Problem::Severity::warning}, {"b", "wrong", Problem::Severity::error}});
}

TEST_CASE("problem: appended problems stand below the prefix and keep their severity") {
  Problems all, some;
  some.error("hosts[0]", "wrong");
  some.warning("", "odd");
  all.append(some, "tenants.yaml: ");
  all.append(some);
  CHECK(all.any_errors());
  REQUIRE(all.list().size() == 4);
  CHECK(to_string(all.list()[0]) == "tenants.yaml: hosts[0]: wrong");
  CHECK(to_string(all.list()[1]) == "tenants.yaml: odd");
  CHECK(all.list()[1].severity == Problem::Severity::warning);
  CHECK(to_string(all.list()[2]) == "hosts[0]: wrong");
}

TEST_CASE("problem: stays one line whatever the document holds") {
  Problems problems;
  problems.error("labels.a\nb", "got \x1b[31m\r\x7f");
  CHECK(to_string(problems.list()[0]) == "labels.a\\nb: got \\x1b[31m\\r\\x7f");
}

TEST_CASE("problem: a word is shown in backticks, and a long one is cut between characters") {
  CHECK(in_backticks("tls") == "`tls`");
  CHECK(in_backticks(std::string(80, 'a')) == "`" + std::string(80, 'a') + "`");
  CHECK(in_backticks(std::string(79, 'a') + "ü") == "`" + std::string(79, 'a') + "…`");
}
