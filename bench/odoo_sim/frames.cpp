#include "bench/odoo_sim/frames.hpp"

#include <array>

namespace gatehouse::odoo_sim {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

void append_big_endian(std::string& out, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value = value << 8 | byte_at(bytes, i);
  return value;
}

void apply_mask(std::string& payload, std::string_view mask) {
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
}

}  // namespace

int Frame::close_code() const {
  return payload.size() < 2 ? 1005 : static_cast<int>(big_endian(std::string_view(payload).substr(0, 2)));
}

std::string encode(const Frame& frame, std::optional<std::uint32_t> mask) {
  const std::size_t size = frame.payload.size();
  const unsigned mask_bit = mask ? 0x80 : 0;
  std::string out(1, static_cast<char>((frame.last ? 0x80 : 0) | frame.opcode));
  out += static_cast<char>(mask_bit | (size < 126 ? size : size < 65536 ? 126 : 127));
  if (size >= 126) append_big_endian(out, size, size < 65536 ? 2 : 8);
  if (!mask) return out + frame.payload;
  std::string key;
  append_big_endian(key, *mask, 4);
  std::string payload = frame.payload;
  apply_mask(payload, key);
  return out + key + payload;
}

Frame text_frame(std::string text) { return {.opcode = Frame::text, .payload = std::move(text)}; }

Frame close_frame(int code, std::string_view reason) {
  Frame frame{.opcode = Frame::close};
  append_big_endian(frame.payload, static_cast<std::uint64_t>(code), 2);
  frame.payload += reason;
  return frame;
}

std::optional<Frame> FrameReader::next(std::string& buffer) {
  if (buffer.size() < 2 || problem_ != 0) return std::nullopt;
  Frame frame{.opcode = static_cast<int>(byte_at(buffer, 0) & 15),
              .last = (byte_at(buffer, 0) & 0x80) != 0,
              .masked = (byte_at(buffer, 1) & 0x80) != 0};
  const unsigned short_size = byte_at(buffer, 1) & 0x7f;
  const std::size_t size_bytes = short_size < 126 ? 0 : short_size == 126 ? 2 : 8;
  const std::size_t head = 2 + size_bytes + (frame.masked ? 4 : 0);
  const bool reserved = (byte_at(buffer, 0) & 0x70) != 0;
  if (reserved || (frame.is_control() && (short_size > 125 || !frame.last))) return problem_ = 1002, std::nullopt;
  if (buffer.size() < head) return std::nullopt;
  const std::uint64_t size = size_bytes == 0 ? short_size : big_endian(std::string_view(buffer).substr(2, size_bytes));
  if (size > max_payload_) return problem_ = 1009, std::nullopt;
  if (buffer.size() < head + size) return std::nullopt;
  frame.payload = buffer.substr(head, size);
  if (frame.masked) apply_mask(frame.payload, std::string_view(buffer).substr(head - 4, 4));
  buffer.erase(0, head + size);
  return frame;
}

}  // namespace gatehouse::odoo_sim
