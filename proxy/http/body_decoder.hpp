// A body's bytes out of a connection's bytes: by length, chunked (RFC 9112 §7.1), or until the connection ends.
#pragma once

#include <cstdint>
#include <span>

#include "proxy/core/message.hpp"

namespace gatehouse::http {

class BodyDecoder {
 public:
  enum class State : std::uint8_t { more, done, malformed };
  static constexpr std::size_t kMaxExtensions = 1024;  // bytes of chunk extensions in one message; past it: malformed
  static constexpr std::size_t kMaxTrailers = 4096;    // bytes of the trailer section, which is checked and dropped

  BodyDecoder() = default;
  explicit BodyDecoder(Framing framing);

  struct Step {
    std::size_t consumed;           // of `in`
    std::span<const char> payload;  // within `in`
    State state;
  };
  // One step: call again with the rest until nothing is consumed. `done` leaves what follows the message unconsumed.
  Step decode(std::span<const char> in);
  // The connection ended. True when that is where the body may end (until_eof), or it had ended before.
  bool finish();

  State state() const { return state_; }
  std::uint64_t received() const { return received_; }  // payload bytes so far

 private:
  enum class Phase : std::uint8_t;
  std::span<const char> take(std::span<const char> in);
  bool accept(char c);
  bool accept_size(char c);
  bool accept_trailer(char c);
  bool move_to(Phase phase) {
    phase_ = phase;
    return true;
  }

  State frame(char c);
  Framing framing_{};
  State state_ = State::done;
  Phase phase_{};
  std::uint64_t left_ = 0;
  std::uint64_t received_ = 0;
  std::size_t extensions_ = 0;
  std::size_t trailers_ = 0;
  std::uint8_t digits_ = 0;
};

}  // namespace gatehouse::http
