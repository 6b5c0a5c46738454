// Words to values: sizes, times, shares, addresses. Pure functions; an empty optional means "not such a word".
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace gatehouse::config {

// A number of bytes. "512", "64KiB", "128MiB", "1GiB", "1TiB", also "64KB" (1000); no fractions.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30}; }

using Duration = std::chrono::milliseconds;
inline constexpr Duration kMaxDuration = std::chrono::years{100};  // added to any clock's now, it still is a time

// A share between 0 and 1: 0.2, "20%", "20 %".
struct Share {
  double value = 0;
  auto operator<=>(const Share&) const = default;
};

// A network in CIDR notation or one address: "10.0.0.0/8", "::1". Host bits must be zero. IPv4-mapped IPv6 addresses
// (::ffff:a.b.c.d) match IPv4 networks.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  bool contains(const boost::asio::ip::address& address) const;
  std::string to_string() const;
  bool operator==(const Network&) const = default;

 private:
  boost::asio::ip::address base_;
  std::uint8_t prefix_ = 0;
};

// Where to send or to listen: "10.0.0.7:8069", "[::1]:8069", "odoo.internal:8069". A name is resolved by who uses it.
struct HostPort {
  std::string host;  // without brackets, lower-case
  std::uint16_t port = 0;
  std::string to_string() const;  // brackets around an IPv6 address
  auto operator<=>(const HostPort&) const = default;
};

std::optional<Bytes> parse_bytes(std::string_view text);
// "250ms", "10s", "5m", "1h", "2d"; one unit, no fractions, at most kMaxDuration; "0" is zero.
std::optional<Duration> parse_duration(std::string_view text);
std::optional<Share> parse_share(std::string_view text);
std::optional<HostPort> parse_host_port(std::string_view text);  // the port is required; 0 is one (the kernel chooses)
// RFC 3339: 2026-12-01T04:00:00Z, offsets allowed, fractions dropped; a date alone is its midnight UTC.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);

std::string to_string(Bytes bytes);        // the shortest exact form: "64KiB", "1000"
std::string to_string(Duration duration);  // "250ms", "10s", "5m", "1h", "2d"

}  // namespace gatehouse::config
