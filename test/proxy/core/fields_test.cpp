#include "proxy/core/fields.hpp"

#include <catch2/catch.hpp>
#include <string>

using gatehouse::Field;
using gatehouse::Fields;

namespace {

std::string text(const Fields& fields) {
  std::string all;
  for (const auto& e : fields) all += std::string(e.name) + "=" + std::string(e.value) + ";";
  return all;
}

}  // namespace

TEST_CASE("fields: names compare without regard to case, order is kept", "[core][fields]") {
  std::pmr::monotonic_buffer_resource arena;
  Fields fields(arena);
  fields.add("x-one", "1");
  fields.add("Content-Type", "text/html");
  fields.add("X-Two", "2");
  CHECK(fields.get("X-ONE") == "1");
  CHECK(fields.get(Field::content_type) == "text/html");
  CHECK(fields.get("missing").empty());
  CHECK(text(fields) == "x-one=1;Content-Type=text/html;X-Two=2;");
}

TEST_CASE("fields: set leaves one, in the first one's place", "[core][fields]") {
  std::pmr::monotonic_buffer_resource arena;
  Fields fields(arena);
  fields.add(Field::date, "a");
  fields.add("X", "x");
  fields.add(Field::date, "b");
  fields.set(Field::date, "c");
  CHECK(text(fields) == "Date=c;X=x;");
  fields.set("New", "n");
  CHECK(text(fields) == "Date=c;X=x;New=n;");
}

TEST_CASE("fields: a token is found in any element of any field of the name", "[core][fields]") {
  std::pmr::monotonic_buffer_resource arena;
  Fields fields(arena);
  fields.add(Field::connection, "keep-alive, X-Foo");
  fields.add(Field::connection, " Upgrade ");
  CHECK(fields.has_token(Field::connection, "upgrade"));
  CHECK(fields.has_token(Field::connection, "x-foo"));
  CHECK_FALSE(fields.has_token(Field::connection, "foo"));
}

TEST_CASE("fields: what is kept outlives its source", "[core][fields]") {
  std::pmr::monotonic_buffer_resource arena;
  Fields fields(arena);
  {
    std::string gone = "value";
    fields.add("X", fields.keep(gone));
    gone = "other";
  }
  CHECK(fields.get("X") == "value");
}
