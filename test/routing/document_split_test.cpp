#include "routing/document_split.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace gatehouse::routing {
namespace {

using Pieces = std::vector<std::string>;

Pieces pieces(std::string_view text) {
  const auto split = split_tenants(text);
  if (!split) return {"not cut"};
  return Pieces(split->begin(), split->end());
}

TEST_CASE("split: the items of a block list, with their nested lists and comments") {
  CHECK(pieces("schema: 1\ntenants:\n  - id: a\n    hosts:\n      - x\n  # b\n  - {id: b}\n") ==
        Pieces{"  - id: a\n    hosts:\n      - x\n  # b\n", "  - {id: b}\n"});
  CHECK(pieces("# head\ntenants: # all\n- id: a\n  hosts:\n  - x\n-\n  id: b\nschema: 1") ==
        Pieces{"- id: a\n  hosts:\n  - x\n", "-\n  id: b\n"});
  CHECK(pieces("tenants:\r\n- id: a\r\n- id: b\r\n") == Pieces{"- id: a\r\n", "- id: b\r\n"});
  CHECK(pieces("tenants:\n\n- id: a\n\n") == Pieces{"- id: a\n\n"});
  CHECK(pieces("tenants:\n- text: |\n    - not\n    an item\n- id: b") ==
        Pieces{"- text: |\n    - not\n    an item\n", "- id: b"});
}

TEST_CASE("split: other shapes are left to a parser") {
  for (const char* text :
       {"", "schema: 1\n", "tenants: [{id: a}]\n", "tenants:\n\t- id: a\n", "---\ntenants:\n- id: a\n", "id: a\n",
        "tenants:\n- id: a\nextra: 1\n", "tenants:\n- id: a\ntenants:\n- id: b\n", "schema: 2\ntenants:\n- id: a\n",
        "tenants: &all\n- id: a\n", "tenants:\n    - id: a\n  - id: b\n", "tenants:\n  id: a\n"}) {
    CAPTURE(text);
    CHECK(pieces(text) == Pieces{"not cut"});
  }
}

}  // namespace
}  // namespace gatehouse::routing
