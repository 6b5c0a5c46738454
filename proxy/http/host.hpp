// The host part of an authority, in the one form that everybody compares: lower-case A-labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::http {

// Lower-case, one trailing dot removed, U-labels to A-labels (IDNA 2008), 1..253 bytes of letters, digits, '-', '_' and
// '.'; labels of 1..63. IPv4 addresses pass, IPv6 ones in brackets. For configuration; nullopt: no such host name.
std::optional<std::string> normalise_host(std::string_view host);

// "Host" or the authority of a request (RFC 9110 §7.2): host and port, nothing else. `host` is written to `into` (at
// most 253 bytes, normalised as above; raw bytes above 0x7f are refused: a client sends A-labels). port 0: none
// written.
struct Authority {
  std::string_view host;  // in `into`
  std::uint16_t port = 0;
};
std::optional<Authority> parse_authority(std::string_view text, char (&into)[256]);

}  // namespace gatehouse::http
