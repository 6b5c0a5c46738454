#include "proxy/http/framing_fields.hpp"

#include <limits>

#include "proxy/core/fields.hpp"
#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::uint64_t kMaxLength = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> parse_length(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMaxLength - digit) / 10) return std::nullopt;
    length = length * 10 + digit;
  }
  return length;
}

}  // namespace

// RFC 9110 §8.6 would allow a repeated equal value; no honest peer sends one.
void FramingFields::content_length(std::string_view value) {
  malformed_ |= length_.has_value();
  length_ = parse_length(value);
  malformed_ |= !length_.has_value();
}

void FramingFields::transfer_encoding(std::string_view value) {
  coded_ = true;
  malformed_ |= !each_element(value, [this](std::string_view coding) {
    if (chunked_ || !is_token(coding) || iequals(coding, "identity")) return false;
    if (iequals(coding, "chunked")) chunked_ = true;
    else other_ = true;
    return true;
  });
}

FramingFields::Verdict FramingFields::verdict() const {
  if (malformed_ || (coded_ && (length_ || !chunked_))) return Verdict::malformed;
  if (other_) return Verdict::unsupported;
  if (chunked_) return Verdict::chunked;
  return length_ ? Verdict::length : Verdict::none;
}

}  // namespace gatehouse::http
