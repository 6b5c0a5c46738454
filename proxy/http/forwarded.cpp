#include "proxy/http/forwarded.hpp"

#include <charconv>
#include <cstring>
#include <optional>
#include <ranges>

#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::string_view kForwardedFor = "X-Forwarded-For";
constexpr std::string_view kForwardedProto = "X-Forwarded-Proto";

constexpr std::string_view kManaged[]{"forwarded", "x-real-ip", "x-request-id"};
constexpr std::string_view kManagedFamilies[]{"x-forwarded-", "x-odoo-", "x-openerp-", "x-accel-", "x-sendfile"};

// As a CGI-like environment sees it: what is no letter or digit is all the same there.
constexpr char fold(char c) { return is_alpha(c) || is_digit(c) ? to_lower(c) : '-'; }

bool starts_folded(std::string_view name, std::string_view prefix) {
  if (name.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (fold(name[i]) != prefix[i]) return false;
  return true;
}

// "192.0.2.1", "192.0.2.1:80", "::1", "[::1]", "[::1]:80".
std::optional<net::ip::address> parse_address(std::string_view text) {
  if (text.starts_with('[')) text = text.substr(1, text.find(']') - 1);
  else if (const auto colon = text.find(':'); colon != text.npos && text.find(':', colon + 1) == text.npos)
    text = text.substr(0, colon);
  char plain[48];
  if (text.empty() || text.size() >= sizeof plain || text.find('%') != text.npos) return std::nullopt;
  std::memcpy(plain, text.data(), text.size());
  plain[text.size()] = '\0';
  error_code failed;
  const auto address = net::ip::make_address(plain, failed);
  return failed ? std::nullopt : std::optional(address);
}

net::ip::address unmapped(const net::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
}

bool contains(std::span<const config::Network> networks, const net::ip::address& address) {
  for (const auto& network : networks)
    if (network.contains(address)) return true;
  return false;
}

// Goes through a list from its right end. True: a stranger was met, or what is no address.
bool walk(std::string_view list, std::span<const config::Network> trusted, net::ip::address& found) {
  while (true) {
    const auto comma = list.rfind(',');
    const auto address = parse_address(trim(list.substr(comma == list.npos ? 0 : comma + 1)));
    if (!address) return true;
    found = unmapped(*address);
    if (!contains(trusted, found)) return true;
    if (comma == list.npos) return false;
    list = list.substr(0, comma);
  }
}

}  // namespace

bool is_managed(std::string_view name) {
  if (name.empty() || (to_lower(name.front()) != 'x' && to_lower(name.front()) != 'f')) return false;
  for (const auto managed : kManaged)
    if (name.size() == managed.size() && starts_folded(name, managed)) return true;
  for (const auto family : kManagedFamilies)
    if (starts_folded(name, family)) return true;
  return false;
}

void find_client(const Fields& fields, std::span<const config::Network> trusted, Client& client) {
  client.address = unmapped(client.peer.address());
  if (!client.trusted_peer) return;
  std::string_view scheme;
  bool found = false;
  for (const auto& e : std::views::reverse(fields)) {
    if (e.id != Field::unknown || to_lower(e.name.front()) != 'x') continue;
    if (!found && iequals(e.name, kForwardedFor)) found = walk(e.value, trusted, client.address);
    if (scheme.empty() && iequals(e.name, kForwardedProto)) scheme = trim(e.value.substr(e.value.rfind(',') + 1));
  }
  if (!scheme.empty()) client.tls = iequals(scheme, "https") || iequals(scheme, "wss");
}

void append_forwarded_host(std::string& out, const RequestHead& head, bool tls) {
  out += head.host;
  if (head.port == 0 || head.port == (tls ? 443 : 80)) return;
  char digits[8];
  out += ':';
  out.append(digits, std::to_chars(digits, digits + sizeof digits, head.port).ptr);
}

}  // namespace gatehouse::http
