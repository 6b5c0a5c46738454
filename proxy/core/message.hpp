// The heads of a request and a response after parsing: strict, normalised, and free of what belongs to one hop.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include <boost/beast/http/verb.hpp>

#include "proxy/core/fields.hpp"

namespace gatehouse {

using Verb = boost::beast::http::verb;

// How long the body is. Decided once, by proxy/http, from a head that has no two opinions about it (RFC 9112 §6.3).
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_eof };  // until_eof: responses only
  Kind kind = Kind::none;
  std::uint64_t length = 0;  // of Kind::length
};

struct RequestHead {
  explicit RequestHead(std::pmr::memory_resource& arena) : fields(arena) {}

  Verb verb = Verb::unknown;
  std::string_view method;  // as written
  std::string_view target;  // what is sent upstream: normalised path and the query as it came ("/web?db=x")
  std::string_view path;    // the decoded, normalised path that policies match ("/web"); no query
  std::string_view host;    // lower-case A-labels, no port, no trailing dot; empty: HTTP/1.0 without Host
  std::uint16_t port = 0;   // 0: none written
  int minor_version = 1;    // HTTP/1.x
  Framing framing;
  bool keep_alive = true;  // what the client asks for
  bool expect_continue = false;
  bool websocket = false;  // a valid RFC 6455 handshake
  Fields fields;           // end-to-end ones only: no hop-by-hop, no `_` names, no Host, Content-Length, Expect
};

struct ResponseHead {
  explicit ResponseHead(std::pmr::memory_resource& arena) : fields(arena) {}

  unsigned status = 0;
  std::string_view reason;  // empty: the standard phrase
  int minor_version = 1;    // what the upstream spoke
  Fields fields;            // end-to-end ones only; framing is written by the session
};

}  // namespace gatehouse
