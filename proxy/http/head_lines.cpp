#include "proxy/http/head_lines.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = kOnes << 7;

// The high bit of each byte that is below 0x20 or 0x7f. A borrow may set more, but only above a true one.
constexpr std::uint64_t controls(std::uint64_t eight) {
  const auto below = (eight - kOnes * 0x20) & ~eight;
  const auto zero_if_del = eight ^ (kOnes * 0x7f);
  return (below | ((zero_if_del - kOnes) & ~zero_if_del)) & kHighs;
}

// The first control character that is not HTAB; `end` when there is none.
const char* find_control(const char* p, const char* end) {
  while (true) {
    while (end - p >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, p, sizeof eight);
      const auto found = controls(eight);
      if (found == 0) {
        p += 8;
        continue;
      }
      if constexpr (std::endian::native == std::endian::little) p += std::countr_zero(found) / 8;
      break;
    }
    while (p != end && !is_control(*p)) ++p;
    if (p == end || *p != '\t') return p;
    ++p;
  }
}

bool is_crlf(const char* p, const char* end) { return end - p >= 2 && p[0] == '\r' && p[1] == '\n'; }

}  // namespace

std::optional<std::string_view> HeadLines::start_line() {
  const char* const first = at_;
  const char* const stop = find_control(first, end_);
  if (!is_crlf(stop, end_)) return std::nullopt;
  at_ = stop + 2;
  return std::string_view(first, static_cast<std::size_t>(stop - first));
}

HeadLines::Line HeadLines::next(Fields::Entry& field, bool& underscore) {
  if (is_crlf(at_, end_)) return at_ + 2 == end_ ? Line::end : Line::malformed;
  const char* p = at_;
  underscore = false;
  for (; p != end_ && is_token_char(*p); ++p) underscore |= *p == '_';
  if (p == end_ || p == at_ || *p != ':') return Line::malformed;
  field.name = {at_, static_cast<std::size_t>(p - at_)};
  const char* const value = p + 1;
  const char* const stop = find_control(value, end_);
  if (!is_crlf(stop, end_)) return Line::malformed;
  field.value = trim({value, static_cast<std::size_t>(stop - value)});
  field.id = boost::beast::http::string_to_field(field.name);
  at_ = stop + 2;
  return Line::field;
}

}  // namespace gatehouse::http
