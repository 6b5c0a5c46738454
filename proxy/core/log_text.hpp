// How words, numbers and times are put into log lines: appended in place, without allocation once the string has grown.
#pragma once

#include <charconv>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace gatehouse {

template <class Integer>
void append_number(std::string& out, Integer number) {
  char digits[24];
  const auto end = std::to_chars(digits, std::end(digits), number).ptr;
  out.append(digits, end);
}

void append_milliseconds(std::string& out, std::chrono::nanoseconds time);  // "12.345"; never below zero
void append_address(std::string& out, const boost::asio::ip::address& address);
void append_time(std::string& out, std::chrono::system_clock::time_point time);  // RFC 3339 in UTC with milliseconds
void append_apache_time(std::string& out, std::chrono::system_clock::time_point time);  // "31/Jan/2026:23:59:59 +0000"
void append_json_string(std::string& out, std::string_view text);  // quoted and escaped; bad UTF-8 becomes U+FFFD
// As Apache writes %r and %{…}i: quotes and backslashes escaped, bytes outside of printable ASCII as \xhh. Not quoted.
void append_apache(std::string& out, std::string_view text);

}  // namespace gatehouse
