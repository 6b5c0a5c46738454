// A response's head, from bytes to ResponseHead: as strict as a request's, since what an upstream sends reaches
// browsers.
#pragma once

#include <memory_resource>
#include <optional>
#include <string_view>

#include "proxy/core/error.hpp"
#include "proxy/core/message.hpp"

namespace gatehouse::http {

inline constexpr std::size_t kMaxResponseHead = 64 << 10;
inline constexpr std::size_t kMaxResponseFields = 200;

struct ResponseInfo {
  Framing framing;                               // given the request's method and the status (RFC 9112 §6.3)
  bool keep_alive = false;                       // may the connection carry another request?
  std::optional<std::uint64_t> declared_length;  // Content-Length, also where there is no body: HEAD and 304
};

// Views of `head` point into `bytes` or the arena. nullopt: good. `upgrade`: we sent a handshake, so a 101 with
// `Upgrade: websocket` and a `Sec-WebSocket-Accept` is fine (its value is checked by the caller).
// Errc::upstream_malformed for everything RFC 9112 does not allow: conflicting framing, CTL or bare LF, obs-fold, a
// status line of another protocol, a stray 101, a length on 1xx or 204 (but 0 on a 204, which many send). Removed from
// `head.fields`: hop-by-hop fields, Content-Length, Server, X-Accel-*, X-Sendfile*, and every Date but the first.
std::optional<Errc> parse_response_head(std::string_view bytes, Verb request, bool upgrade,
                                        std::pmr::memory_resource& arena, ResponseHead& head, ResponseInfo& info);

}  // namespace gatehouse::http
