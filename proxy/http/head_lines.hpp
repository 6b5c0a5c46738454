// A head cut into its start line and its fields, strictly (RFC 9112 §2.2, §5): lines end in CRLF, names are tokens with
// the colon right behind them, values hold no control character but HTAB, nothing is folded.
//
// Beast's parser is not used for it: it decides about Content-Length, Transfer-Encoding and Connection by itself before
// anybody can look, takes a folded line, and knows no HTTP/1.2; with the scan that would have to come before it, each
// byte would be looked at twice. Its tables of methods and fields are.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/core/fields.hpp"

namespace gatehouse::http {

class HeadLines {
 public:
  explicit HeadLines(std::string_view head) : at_(head.data()), end_(head.data() + head.size()) {}

  // First, once. Without its CRLF; it may hold HTAB and bytes above 0x7f. nullopt: malformed.
  std::optional<std::string_view> start_line();

  // Then until `end`, which is the empty line and the last of the bytes.
  enum class Line { field, end, malformed };
  Line next(Fields::Entry& field, bool& underscore);  // underscore: the name holds one

 private:
  const char* at_;
  const char* end_;
};

}  // namespace gatehouse::http
