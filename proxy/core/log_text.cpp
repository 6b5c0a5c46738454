#include "proxy/core/log_text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <limits>

namespace gatehouse {
namespace {

using std::chrono::nanoseconds;
using std::chrono::system_clock;

void append_digits(std::string& out, unsigned number, int width) {
  char digits[10];
  for (int i = width; i-- > 0; number /= 10) digits[i] = static_cast<char>('0' + number % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

// A second in the two ways of writing it. Of one thread, so that a burst of lines splits the date once.
struct Second {
  std::int64_t seconds = std::numeric_limits<std::int64_t>::min();
  std::string rfc3339;  // "2026-01-31T23:59:59"
  std::string apache;   // "31/Jan/2026:23:59:59 +0000"

  void assign(std::int64_t to) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    seconds = to;
    const std::chrono::sys_seconds time{std::chrono::seconds(to)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    const auto year = static_cast<unsigned>(int(date.year()));
    const auto month = unsigned(date.month());
    std::string of_day;
    append_digits(of_day, static_cast<unsigned>(clock.hours().count()), 2);
    append_digits(of_day += ':', static_cast<unsigned>(clock.minutes().count()), 2);
    append_digits(of_day += ':', static_cast<unsigned>(clock.seconds().count()), 2);
    rfc3339.clear();
    append_digits(rfc3339, year, 4);
    append_digits(rfc3339 += '-', month, 2);
    append_digits(rfc3339 += '-', unsigned(date.day()), 2);
    (rfc3339 += 'T') += of_day;
    apache.clear();
    append_digits(apache, unsigned(date.day()), 2);
    (apache += '/') += kMonths.substr((month - 1) * 3, 3);
    append_digits(apache += '/', year, 4);
    ((apache += ':') += of_day) += " +0000";
  }
};

const Second& second_of(system_clock::time_point time) {
  thread_local Second last;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  if (last.seconds != seconds) last.assign(seconds);
  return last;
}

// Bytes of a UTF-8 sequence (RFC 3629) at the front of `text`; 0: none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !follows(1)) return 0;
  if (first < 0xe0) return 2;
  if (!follows(2) || (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if (first < 0xf0) return 3;
  if (!follows(3) || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return 4;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

void append_json_control(std::string& out, char c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_hex(out += "\\u00", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_milliseconds(std::string& out, nanoseconds time) {
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(std::max(time, nanoseconds{})).count();
  append_number(out, microseconds / 1000);
  out += '.';
  append_digits(out, static_cast<unsigned>(microseconds % 1000), 3);
}

void append_address(std::string& out, const boost::asio::ip::address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    ::inet_ntop(AF_INET, bytes.data(), text, sizeof text);
  } else {
    const auto bytes = address.to_v6().to_bytes();
    ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  out += text;
}

void append_time(std::string& out, system_clock::time_point time) {
  out += second_of(time).rfc3339;
  const auto of_second = time - std::chrono::floor<std::chrono::seconds>(time);
  append_digits(out += '.', static_cast<unsigned>(std::chrono::floor<std::chrono::milliseconds>(of_second).count()), 3);
  out += 'Z';
}

void append_apache_time(std::string& out, system_clock::time_point time) { out += second_of(time).apache; }

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // where the run that needs no escape begins
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t length = byte < 0x80 ? 1 : utf8_length(text.substr(at, 4));
    if (length > 1 || (length == 1 && byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\')) {
      at += length;
      continue;
    }
    out += text.substr(plain, at - plain);
    if (length == 0) out += "\xef\xbf\xbd";
    else if (c == '"' || c == '\\') (out += '\\') += c;
    else append_json_control(out, c);
    plain = ++at;
  }
  out += text.substr(plain);
  out += '"';
}

void append_apache(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (c >= 0x20 && c < 0x7f) out += c;
    else append_hex(out += "\\x", static_cast<unsigned char>(c));
  }
}

}  // namespace gatehouse
