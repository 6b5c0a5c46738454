// Names for requests: 128 random bits in hex, from a generator of the worker's own.
#pragma once

#include <random>
#include <string_view>

namespace gatehouse::server {

class RequestIds {
 public:
  RequestIds() : random_(std::random_device{}()) {}

  // 32 digits into `into`.
  std::string_view next(char (&into)[32]) {
    static constexpr char kHex[] = "0123456789abcdef";
    for (std::size_t half = 0; half < 2; ++half) {
      auto bits = random_();
      for (std::size_t i = 0; i < 16; ++i, bits >>= 4) into[half * 16 + i] = kHex[bits & 15];
    }
    return {into, sizeof into};
  }
  // May a trusted peer's id be taken over? Up to 128 letters, digits and "-_.".
  static bool good(std::string_view id) {
    if (id.empty() || id.size() > 128) return false;
    for (const char c : id) {
      const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!word && c != '-' && c != '_' && c != '.') return false;
    }
    return true;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace gatehouse::server
