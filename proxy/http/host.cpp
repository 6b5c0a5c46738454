#include "proxy/http/host.hpp"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxLabel = 63;

constexpr auto kLabelChars = character_class([](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });

// "[::1]", in the one spelling that inet_ntop gives; a zone is no part of a host's name. Size of what was written, or
// 0.
std::size_t write_ipv6(std::string_view text, char (&into)[256]) {
  char plain[INET6_ADDRSTRLEN] = {};
  if (text.size() < 4 || text.back() != ']' || text.size() - 2 >= sizeof plain) return 0;
  std::memcpy(plain, text.data() + 1, text.size() - 2);
  in6_addr address;
  if (std::memchr(plain, 0, text.size() - 2) || ::inet_pton(AF_INET6, plain, &address) != 1) return 0;
  into[0] = '[';
  ::inet_ntop(AF_INET6, &address, into + 1, INET6_ADDRSTRLEN);
  const auto size = std::strlen(into);
  into[size] = ']';
  return size + 1;
}

std::size_t write_name(std::string_view text, char (&into)[256]) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kMaxHost) return 0;
  std::size_t label = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' ? label == 0 : !contains(kLabelChars, c) || label == kMaxLabel) return 0;
    label = c == '.' ? 0 : label + 1;
    into[i] = to_lower(c);
  }
  return label == 0 ? 0 : text.size();
}

std::optional<std::string_view> write_host(std::string_view text, char (&into)[256]) {
  const auto size = text.starts_with('[') ? write_ipv6(text, into) : write_name(text, into);
  if (size == 0) return std::nullopt;
  return std::string_view(into, size);
}

// 1 to 65535, in the one spelling of it; an empty one is none (RFC 3986 §3.2.3).
std::optional<std::uint16_t> parse_port(std::string_view digits) {
  if (digits.empty()) return 0;
  if (digits.size() > 5 || digits.front() == '0') return std::nullopt;
  unsigned port = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::optional<std::string> normalise_host(std::string_view host) {
  char into[256];
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    const auto written = write_host(host, into);
    return written ? std::optional<std::string>(*written) : std::nullopt;
  }
  if (host.find('\0') != std::string_view::npos) return std::nullopt;
  char* ascii_form = nullptr;
  const int failed = ::idn2_to_ascii_8z(std::string(host).c_str(), &ascii_form, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, void (*)(void*)> owner(ascii_form, ::idn2_free);
  if (failed != IDN2_OK) return std::nullopt;
  const auto written = write_host(ascii_form, into);
  return written ? std::optional<std::string>(*written) : std::nullopt;
}

std::optional<Authority> parse_authority(std::string_view text, char (&into)[256]) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  const auto colon = bracket == std::string_view::npos ? bracket : text.find(':', bracket);
  const auto host = write_host(text.substr(0, colon), into);
  if (!host) return std::nullopt;
  const auto port = parse_port(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1));
  if (!port) return std::nullopt;
  return Authority{*host, *port};
}

}  // namespace gatehouse::http
