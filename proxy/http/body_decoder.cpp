#include "proxy/http/body_decoder.hpp"

#include <algorithm>

#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::uint8_t kMaxDigits = 16;  // of a chunk's size: 64 bits

constexpr bool is_text(char c) { return !is_control(c) || c == '\t'; }

}  // namespace

enum class BodyDecoder::Phase : std::uint8_t {
  bytes,  // payload up to left_, or without end
  size,   // of a chunk
  before_extension,
  extension,
  size_lf,
  data,
  data_cr,
  data_lf,
  trailer_start,  // of a line, or of the last one
  trailer_name,
  trailer_value,
  trailer_lf,
  last_lf,
};

BodyDecoder::BodyDecoder(Framing framing) : framing_(framing), left_(framing.length) {
  const bool empty = framing.kind == Framing::Kind::none || (framing.kind == Framing::Kind::length && left_ == 0);
  if (!empty) state_ = State::more;
  phase_ = framing.kind == Framing::Kind::chunked ? Phase::size : Phase::bytes;
  if (framing.kind == Framing::Kind::chunked) left_ = 0;
}

BodyDecoder::Step BodyDecoder::decode(std::span<const char> in) {
  std::size_t used = 0;
  while (state_ == State::more && used < in.size()) {
    if (phase_ == Phase::bytes || phase_ == Phase::data) {
      const auto payload = take(in.subspan(used));
      return {used + payload.size(), payload, state_};
    }
    if (!accept(in[used])) {
      state_ = State::malformed;
      break;
    }
    ++used;
  }
  return {used, {}, state_};
}

bool BodyDecoder::finish() {
  if (framing_.kind == Framing::Kind::until_eof && state_ == State::more) state_ = State::done;
  return state_ == State::done;
}

std::span<const char> BodyDecoder::take(std::span<const char> in) {
  const bool endless = framing_.kind == Framing::Kind::until_eof;
  const auto payload = endless ? in : in.first(static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), left_)));
  received_ += payload.size();
  if (endless) return payload;
  left_ -= payload.size();
  if (left_ == 0 && phase_ == Phase::data) phase_ = Phase::data_cr;
  else if (left_ == 0) state_ = State::done;
  return payload;
}

// One byte of what is between the payloads. False: it may not stand there.
bool BodyDecoder::accept(char c) {
  switch (phase_) {
    case Phase::size:
      return accept_size(c);
    case Phase::before_extension:  // white space has been seen: an extension must come
      ++extensions_;
      if (c == ';') phase_ = Phase::extension;
      return (c == ';' || c == ' ' || c == '\t') && extensions_ <= kMaxExtensions;
    case Phase::extension:
      if (c == '\r') return move_to(Phase::size_lf);
      return is_text(c) && ++extensions_ <= kMaxExtensions;
    case Phase::size_lf:
      digits_ = 0;
      phase_ = left_ > 0 ? Phase::data : Phase::trailer_start;
      return c == '\n';
    case Phase::data_cr:
      phase_ = Phase::data_lf;
      return c == '\r';
    case Phase::data_lf:
      phase_ = Phase::size;
      return c == '\n';
    default:
      return accept_trailer(c);
  }
}

bool BodyDecoder::accept_size(char c) {
  if (const int digit = hex_value(c); digit >= 0) {
    left_ = left_ << 4 | static_cast<unsigned>(digit);
    return ++digits_ <= kMaxDigits;
  }
  if (digits_ == 0) return false;
  if (c == '\r') return move_to(Phase::size_lf);
  ++extensions_;
  if (c == ';') return move_to(Phase::extension);
  return (c == ' ' || c == '\t') && move_to(Phase::before_extension);
}

// Whatever a trailer says comes too late to be a field of the head: it only has to be one.
bool BodyDecoder::accept_trailer(char c) {
  if (phase_ == Phase::last_lf) {
    if (c == '\n') state_ = State::done;
    return c == '\n';
  }
  if (phase_ == Phase::trailer_lf) return c == '\n' && move_to(Phase::trailer_start);
  if (phase_ == Phase::trailer_start && c == '\r') return move_to(Phase::last_lf);
  if (++trailers_ > kMaxTrailers) return false;
  switch (phase_) {
    case Phase::trailer_start:
      return is_token_char(c) && move_to(Phase::trailer_name);
    case Phase::trailer_name:
      return c == ':' ? move_to(Phase::trailer_value) : is_token_char(c);
    default:
      return c == '\r' ? move_to(Phase::trailer_lf) : is_text(c);
  }
}

}  // namespace gatehouse::http
