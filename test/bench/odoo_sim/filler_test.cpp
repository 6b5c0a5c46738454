#include "bench/odoo_sim/filler.hpp"

#include <catch2/catch.hpp>

using gatehouse::odoo_sim::Filler;

TEST_CASE("filler: any slice is that part of the whole") {
  const Filler filler{7, 1000};
  const std::string all = filler.all();
  REQUIRE(all.size() == 1000);
  for (const std::size_t offset : {0, 1, 7, 8, 9, 500, 999})
    for (const std::size_t length : {0, 1, 7, 8, 100})
      CHECK(filler.slice(offset, length) == all.substr(offset, length));
  CHECK(filler.slice(1000, 5).empty());
  CHECK(filler.slice(5000, 5).empty());
}

TEST_CASE("filler: seeds give unrelated bytes") {
  CHECK(Filler{1, 64}.all() != Filler{2, 64}.all());
  CHECK(Filler{0, 64}.all() == Filler{0, 64}.all());
}
