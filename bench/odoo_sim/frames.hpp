// WebSocket frames (RFC 6455, 5.2) for both ends, without a socket. No extensions: Odoo negotiates none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::odoo_sim {

struct Frame {
  enum Opcode : int { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
  int opcode = text;
  bool last = true;
  bool masked = false;
  std::string payload;

  bool is_control() const { return opcode >= close; }
  int close_code() const;  // of a close frame; 1005 when it has none
};

// `mask` is what a client must use; a server sends none.
std::string encode(const Frame& frame, std::optional<std::uint32_t> mask = std::nullopt);
Frame text_frame(std::string text);
Frame close_frame(int code, std::string_view reason = "");

class FrameReader {
 public:
  explicit FrameReader(std::uint64_t max_payload) : max_payload_(max_payload) {}

  // The next whole frame from the front of `buffer`; none when more bytes are needed or problem() is set.
  std::optional<Frame> next(std::string& buffer);
  int problem() const { return problem_; }  // a close code: 1002 protocol error, 1009 too big

 private:
  std::uint64_t max_payload_;
  int problem_ = 0;
};

}  // namespace gatehouse::odoo_sim
