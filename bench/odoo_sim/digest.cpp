#include "bench/odoo_sim/digest.hpp"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>
#include <cstdint>

namespace gatehouse::odoo_sim {
namespace {

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, kind, nullptr);
  return {reinterpret_cast<const char*>(result.data()), size};
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string base64_decode(std::string text) {
  for (char& c : text) c = c == '-' || c == ' ' ? '+' : c == '_' ? '/' : c;
  while (text.ends_with('=')) text.pop_back();
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0 || padding == 3) return {};
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::string sha256_hex(std::string_view bytes) { return hex(digest(EVP_sha256(), bytes)); }

std::string crc32_hex(std::string_view bytes) {
  const auto sum =
      static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
  const char big_endian[] = {static_cast<char>(sum >> 24), static_cast<char>(sum >> 16), static_cast<char>(sum >> 8),
                             static_cast<char>(sum)};
  return hex({big_endian, sizeof big_endian});
}

std::string websocket_accept(std::string_view key) {
  return base64_encode(digest(EVP_sha1(), std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace gatehouse::odoo_sim
