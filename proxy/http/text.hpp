// Character classes and comma-separated lists of HTTP (RFC 9110 §5.6): what every parser of this folder is made of.
#pragma once

#include <array>
#include <string_view>

namespace gatehouse::http {

constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The value of a hexadecimal digit; -1: none.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

template <class Predicate>
constexpr std::array<bool, 256> character_class(Predicate p) {
  std::array<bool, 256> in{};
  for (int c = 0; c < 256; ++c) in[static_cast<std::size_t>(c)] = p(static_cast<char>(c));
  return in;
}
constexpr bool contains(const std::array<bool, 256>& in, char c) { return in[static_cast<unsigned char>(c)]; }

inline constexpr auto kTokenChars = character_class([](char c) {
  return c != '\0' &&
         (is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
});
constexpr bool is_token_char(char c) { return contains(kTokenChars, c); }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

constexpr bool is_token(std::string_view text) {
  for (const char c : text)
    if (!is_token_char(c)) return false;
  return !text.empty();
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Each element of a list, trimmed, the empty ones too, until `f` returns false. False then.
template <class F>
bool each_element(std::string_view list, F&& f) {
  while (true) {
    const auto comma = list.find(',');
    if (!f(trim(list.substr(0, comma)))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace gatehouse::http
