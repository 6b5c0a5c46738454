#include "bench/odoo_sim/body_decoder.hpp"

#include <charconv>

namespace gatehouse::odoo_sim {

BodyDecoder::BodyDecoder(const Request& request, Dialect dialect) {
  if (request.has("Transfer-Encoding", "chunked")) {
    state_ = State::size_line;
    return;
  }
  bool seen = false;
  for (const auto& [name, value] : request.fields) {
    if (!same_name(name, "Content-Length") || (seen && dialect == Dialect::gevent)) continue;
    seen = true;
    std::uint64_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    left_ = length;
  }
  if (left_ == 0) state_ = State::done;
}

bool BodyDecoder::feed(std::string& buffer, std::string& body) {
  while (state_ != State::done && state_ != State::broken) {
    if (state_ == State::sized || state_ == State::chunk) {
      if (buffer.empty()) return false;
      const std::size_t piece = std::min<std::uint64_t>(left_, buffer.size());
      body.append(buffer, 0, piece);
      buffer.erase(0, piece);
      left_ -= piece;
      if (left_ == 0) state_ = state_ == State::sized ? State::done : State::chunk_end;
      continue;
    }
    const std::size_t end = buffer.find('\n');
    if (end == std::string::npos) return false;
    std::string_view line = std::string_view(buffer).substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!feed_line(line)) state_ = State::broken;
    buffer.erase(0, end + 1);
  }
  return true;
}

bool BodyDecoder::feed_line(std::string_view line) {
  if (state_ == State::trailer) {
    if (line.empty()) state_ = State::done;
    return true;
  }
  if (state_ == State::chunk_end) {
    state_ = State::size_line;
    return line.empty();
  }
  const auto read = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
  state_ = left_ == 0 ? State::trailer : State::chunk;
  return read.ec == std::errc{};
}

}  // namespace gatehouse::odoo_sim
