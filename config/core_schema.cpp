#include "config/core_schema.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace gatehouse::config {
namespace {

bool is_one_of(std::string_view text, std::string_view a, std::string_view b, std::string_view c) {
  return text == a || text == b || text == c;
}

// Digits of `base` alone, all of the text.
std::optional<Json> unsigned_integer(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return Json(value);
}

std::optional<Json> integer(std::string_view text) {
  if (text.starts_with("0o")) return unsigned_integer(text.substr(2), 8);
  if (text.starts_with("0x")) return unsigned_integer(text.substr(2), 16);
  if (!text.starts_with('-')) return unsigned_integer(text.substr(text.starts_with('+') ? 1 : 0), 10);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Json(value);
}

std::optional<Json> fraction(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const double sign = negative ? -1 : 1;
  if (is_one_of(text, ".inf", ".Inf", ".INF")) return Json(sign * std::numeric_limits<double>::infinity());
  // from_chars would also read inf, nan and a second sign
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (text.front() != '.' && (text.front() < '0' || text.front() > '9')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Json(sign * value);
}

}  // namespace

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~") return nullptr;
  switch (text.front()) {
    case 'n':
    case 'N':
      if (is_one_of(text, "null", "Null", "NULL")) return nullptr;
      return text;
    case 't':
    case 'T':
      if (is_one_of(text, "true", "True", "TRUE")) return true;
      return text;
    case 'f':
    case 'F':
      if (is_one_of(text, "false", "False", "FALSE")) return false;
      return text;
    case '.':
      if (is_one_of(text, ".nan", ".NaN", ".NAN")) return std::numeric_limits<double>::quiet_NaN();
      break;
    case '+':
    case '-':
      break;
    default:
      if (text.front() < '0' || text.front() > '9') return text;
  }
  if (auto value = integer(text)) return *std::move(value);
  if (auto value = fraction(text)) return *std::move(value);
  return text;
}

}  // namespace gatehouse::config
