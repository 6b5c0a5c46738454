// What the edge must know of RFC 6455: the handshake's accept value, and where frames end, so that a close frame of
// ours can be put between two of the upstream's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::http {

// Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2).
std::string websocket_accept(std::string_view key);
bool valid_websocket_key(std::string_view key);  // 16 bytes in base64

// Follows the frames of one direction without touching them.
class FrameTracker {
 public:
  // `bytes` went by.
  void feed(std::span<const char> bytes);
  bool at_boundary() const { return header_ == 0 && left_ == 0; }
  bool close_seen() const { return close_seen_; }  // a close frame has started
 private:
  std::uint8_t head_[14] = {};
  std::uint8_t header_ = 0;  // bytes of the header collected
  std::uint64_t left_ = 0;   // payload bytes to come
  bool close_seen_ = false;
};

// An unmasked close frame: 1001, "going away". Never 1000, after which Odoo's client would not come back.
inline constexpr char kGoingAway[4] = {'\x88', '\x02', '\x03', '\xe9'};

}  // namespace gatehouse::http
