#include "bench/odoo_sim/filler.hpp"

#include <algorithm>

namespace gatehouse::odoo_sim {
namespace {

constexpr char kAlphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
constexpr std::uint64_t kBlock = 8;  // characters made of one mixed number, 6 bits each

// The finaliser of SplitMix64: neighbouring counters give unrelated numbers.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

void Filler::fill(std::uint64_t offset, std::span<char> into) const {
  for (std::size_t at = 0; at < into.size();) {
    const std::uint64_t block = (offset + at) / kBlock;
    std::uint64_t bits = mix(mix(seed + 1) + block * 0x9e3779b97f4a7c15ULL) >> (6 * ((offset + at) % kBlock));
    const std::size_t end = std::min<std::uint64_t>(into.size(), (block + 1) * kBlock - offset);
    for (; at < end; ++at, bits >>= 6) into[at] = kAlphabet[bits & 63];
  }
}

std::string Filler::slice(std::uint64_t offset, std::size_t length) const {
  std::string piece(offset < size ? std::min<std::uint64_t>(length, size - offset) : 0, '\0');
  fill(offset, piece);
  return piece;
}

}  // namespace gatehouse::odoo_sim
