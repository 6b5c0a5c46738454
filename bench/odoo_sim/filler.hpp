// Bytes that both ends can make up: a function of a seed and an offset. Printable, so that a dump can be read; any
// piece can be produced without what stands before it, so that a body of gigabytes needs no memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace gatehouse::odoo_sim {

struct Filler {
  std::uint64_t seed = 0;
  std::uint64_t size = 0;

  void fill(std::uint64_t offset, std::span<char> into) const;
  std::string slice(std::uint64_t offset, std::size_t length) const;  // shorter at the end
  std::string all() const { return slice(0, size); }
};

}  // namespace gatehouse::odoo_sim
