#include "config/units.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace gatehouse::config {
namespace {

namespace ip = boost::asio::ip;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// All of `text`, decimal digits alone: no sign, no space.
template <class Int>
std::optional<Int> parse_digits(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kSizes[] = {{"", 1},
                           {"KiB", std::uint64_t{1} << 10},
                           {"MiB", std::uint64_t{1} << 20},
                           {"GiB", std::uint64_t{1} << 30},
                           {"TiB", std::uint64_t{1} << 40},
                           {"KB", 1'000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"TB", 1'000'000'000'000}};
constexpr Unit kTimes[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const Unit (&units)[N], std::uint64_t max) {
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  const auto number = parse_digits<std::uint64_t>(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    if (*number > max / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.'; }

// A lower-case DNS name (underscores as container networks have them) or an IPv4 address. A last label of digits alone
// is an address and nothing else: 10.0.0 and 10.0.0.256 are typing errors, not names.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253 || !std::all_of(host.begin(), host.end(), is_name_char)) return false;
  if (host.front() == '.' || host.front() == '-' || host.find("..") != std::string_view::npos) return false;
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (last.empty() || !std::all_of(last.begin(), last.end(), is_digit)) return true;
  boost::system::error_code error;
  ip::make_address_v4(host, error);
  return !error;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

// Are the first `prefix` bits of both the same?
template <class Octets>
bool same_prefix(const Octets& a, const Octets& b, unsigned prefix) {
  const unsigned whole = prefix / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const unsigned rest = prefix % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

template <class Octets>
bool zero_after(const Octets& octets, unsigned prefix) {
  for (unsigned bit = prefix; bit < octets.size() * 8; ++bit)
    if (octets[bit / 8] & (0x80 >> bit % 8)) return false;
  return true;
}

// "Z", "+02:00", "-05:30".
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = parse_digits<int>(text.substr(1, 2)), minutes = parse_digits<int>(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes{(*hours * 60 + *minutes) * (text[0] == '-' ? -1 : 1)};
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_digits<int>(text.substr(0, 4));
  const auto month = parse_digits<unsigned>(text.substr(5, 2)), day = parse_digits<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  if (host.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const ip::address written = ip::make_address(host, error);
  if (error) return std::nullopt;

  const unsigned width = written.is_v4() ? 32 : 128;
  unsigned prefix = width;
  if (slash != std::string_view::npos) {
    const auto digits = parse_digits<unsigned>(text.substr(slash + 1));
    if (!digits || *digits > width) return std::nullopt;
    prefix = *digits;
  }
  Network network;
  network.base_ = written;
  if (written.is_v6() && written.to_v6().is_v4_mapped() && prefix >= 96) {
    network.base_ = unmapped(written);
    prefix -= 96;
  }
  network.prefix_ = static_cast<std::uint8_t>(prefix);
  const bool zero = network.base_.is_v4() ? zero_after(network.base_.to_v4().to_bytes(), prefix)
                                          : zero_after(network.base_.to_v6().to_bytes(), prefix);
  if (!zero) return std::nullopt;
  return network;
}

bool Network::contains(const ip::address& address) const {
  const ip::address plain = unmapped(address);
  if (plain.is_v4() != base_.is_v4()) return false;
  return plain.is_v4() ? same_prefix(plain.to_v4().to_bytes(), base_.to_v4().to_bytes(), prefix_)
                       : same_prefix(plain.to_v6().to_bytes(), base_.to_v6().to_bytes(), prefix_);
}

std::string Network::to_string() const {
  const bool single = prefix_ == (base_.is_v4() ? 32 : 128);
  return single ? base_.to_string() : base_.to_string() + "/" + std::to_string(prefix_);
}

std::string HostPort::to_string() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const auto count = parse_with_unit(text, kSizes, std::numeric_limits<std::uint64_t>::max());
  if (!count) return std::nullopt;
  return Bytes{*count};
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{0};
  const auto count = parse_with_unit(text, kTimes, static_cast<std::uint64_t>(kMaxDuration.count()));
  if (!count) return std::nullopt;
  return Duration{static_cast<Duration::rep>(*count)};
}

std::optional<Share> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) {
    text.remove_suffix(1);
    if (text.ends_with(' ')) text.remove_suffix(1);
  }
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (percent) value /= 100;
  if (value > 1) return std::nullopt;
  return Share{value};
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_digits<std::uint16_t>(text.substr(colon + 1));
  if (!port) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    boost::system::error_code error;
    const auto address = ip::make_address_v6(host.substr(1, host.size() - 2), error);
    if (error) return std::nullopt;
    return HostPort{address.to_string(), *port};
  }
  HostPort result{lower(host), *port};
  if (!is_host(result.host)) return std::nullopt;
  return result;
}

std::optional<std::chrono::sys_seconds> parse_time(std::string_view text) {
  const auto date = parse_date(text.substr(0, 10));
  if (!date || text.size() == 10) return date;
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto hour = parse_digits<int>(text.substr(11, 2)), minute = parse_digits<int>(text.substr(14, 2)),
             second = parse_digits<int>(text.substr(17, 2));
  // 60 is a leap second
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::string_view zone = text.substr(19);
  if (zone.starts_with('.')) {
    const std::size_t end = zone.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    zone.remove_prefix(end);
  }
  const auto offset = parse_offset(zone);
  if (!offset) return std::nullopt;
  return *date + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} - *offset;
}

std::string to_string(Bytes bytes) {
  if (bytes.count == 0) return "0";
  std::string_view unit;
  std::uint64_t count = bytes.count;
  for (const char* name : {"KiB", "MiB", "GiB", "TiB"}) {
    if (count % 1024 != 0) break;
    count /= 1024;
    unit = name;
  }
  return std::to_string(count) + std::string(unit);
}

std::string to_string(Duration duration) {
  if (duration.count() == 0) return "0s";
  const Unit* best = &kTimes[0];
  for (const Unit& unit : kTimes)
    if (duration.count() % static_cast<Duration::rep>(unit.factor) == 0) best = &unit;
  return std::to_string(duration.count() / static_cast<Duration::rep>(best->factor)) + std::string(best->name);
}

}  // namespace gatehouse::config
