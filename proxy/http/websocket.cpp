#include "proxy/http/websocket.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::uint8_t kClose = 8;  // opcode
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kKeySize = 24;  // 16 bytes in base64

constexpr bool is_base64(char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '/'; }

// Of the whole header, as far as its first two bytes tell.
constexpr std::size_t header_size(std::uint8_t second) {
  const auto length = second & 0x7f;
  return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + (second & kMasked ? 4u : 0u);
}

std::uint64_t payload_size(const std::uint8_t (&head)[14]) {
  const auto length = head[1] & 0x7fu;
  if (length < 126) return length;
  std::uint64_t size = 0;
  for (std::size_t i = 2; i < (length == 126 ? 4u : 10u); ++i) size = size << 8 | head[i];
  return size;
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char encoded[4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1];
  const int size = ::EVP_EncodeBlock(encoded, digest, SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)};
}

bool valid_websocket_key(std::string_view key) {
  const auto digits = key.substr(0, kKeySize - 2);
  return key.size() == kKeySize && key.ends_with("==") && std::all_of(digits.begin(), digits.end(), is_base64);
}

void FrameTracker::feed(std::span<const char> bytes) {
  while (!bytes.empty()) {
    if (left_ > 0) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      left_ -= n;
      bytes = bytes.subspan(n);
      continue;
    }
    head_[header_++] = static_cast<std::uint8_t>(bytes.front());
    bytes = bytes.subspan(1);
    if (header_ == 1) close_seen_ |= (head_[0] & 0x0f) == kClose;
    if (header_ < 2 || header_ < header_size(head_[1])) continue;
    left_ = payload_size(head_);
    header_ = 0;
  }
}

}  // namespace gatehouse::http
