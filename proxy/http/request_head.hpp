// A request's head, from bytes to RequestHead: strict (RFC 9110, 9112), normalised, stripped of what belongs to one
// hop. Pure: no socket, no clock. Methods and fields are told apart by Beast's tables; the lines are cut by
// head_lines.hpp.
#pragma once

#include <memory_resource>
#include <optional>
#include <string_view>

#include "config/reader.hpp"
#include "proxy/core/error.hpp"
#include "proxy/core/message.hpp"

namespace gatehouse::http {

struct HeadLimits {
  config::Bytes size{32 << 10};  // the whole head; also bounds what one connection holds in memory
  unsigned fields = 100;
  config::Bytes target{16 << 10};
  config::Duration timeout{10'000};  // from the first byte to the last
  static HeadLimits read(config::Reader r);
};

// Length of the head in `bytes`, with its empty line; 0: not complete yet. `scanned` is where the last call stopped, so
// that bytes arriving one by one cost no second look. A head that can no longer become a good one is reported by
// parse_request_head; this only finds the end (CRLF CRLF, and LF LF or LF CR LF, which parsing then refuses).
std::size_t find_head_end(std::string_view bytes, std::size_t& scanned);

// Empty lines before a request line that a server should ignore (RFC 9112 §2.2): the number of bytes to skip, at most
// two CRLFs.
std::size_t leading_empty_lines(std::string_view bytes);

// What a peek at an incomplete head already tells: a first byte that is no method (a TLS or h2 preface, garbage).
bool hopeless(std::string_view bytes);

// Parses one complete head. Views of `head` point into `bytes` or the arena. nullopt: good. What it refuses is listed
// in docs and in test/vectors: Errc::bad_request, bad_host, bad_target, target_too_long, head_too_large,
// unsupported_coding (501), unsupported_version (505), method_not_allowed (TRACE, CONNECT), expectation_failed,
// upgrade_required.
//
// After it: `fields` has no hop-by-hop field (Connection and what it names, Keep-Alive, Proxy-*, TE, Trailer,
// Transfer-Encoding, Upgrade, HTTP2-Settings), no Host, Content-Length or Expect (they are members of the head), no
// name with '_'. A websocket handshake keeps its Sec-WebSocket-* fields. A Connection that names Host, Content-Length,
// Cookie, Authorization or X-Forwarded-* is refused.
std::optional<Errc> parse_request_head(std::string_view bytes, const HeadLimits& limits,
                                       std::pmr::memory_resource& arena, RequestHead& head);

}  // namespace gatehouse::http
