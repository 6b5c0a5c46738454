// What Content-Length and Transfer-Encoding say together (RFC 9112 §6.3), gathered field by field. Two opinions about
// where a message ends are how requests are smuggled: nothing is repaired or preferred here, only refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::http {

class FramingFields {
 public:
  enum class Verdict : std::uint8_t {
    none,
    length,
    chunked,
    malformed,    // contradictory, repeated, or not of the grammar
    unsupported,  // chunked is the final coding, and another comes before it
  };

  void content_length(std::string_view value);
  void transfer_encoding(std::string_view value);

  Verdict verdict() const;
  std::optional<std::uint64_t> length() const { return length_; }

 private:
  bool malformed_ = false;
  bool coded_ = false;    // there was a Transfer-Encoding
  bool other_ = false;    // with another coding than chunked
  bool chunked_ = false;  // chunked came, so it was the last one
  std::optional<std::uint64_t> length_;
};

}  // namespace gatehouse::http
