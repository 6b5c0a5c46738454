// Base64 and hashes, by OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse::odoo_sim {

std::string base64_encode(std::string_view bytes);
// Standard or URL-safe alphabet, padding optional; empty when it is not base64. A space reads as the `+` it was before
// a query was decoded.
std::string base64_decode(std::string text);

std::string sha256_hex(std::string_view bytes);
std::string crc32_hex(std::string_view bytes);
std::string websocket_accept(std::string_view key);  // RFC 6455, 4.2.2

}  // namespace gatehouse::odoo_sim
