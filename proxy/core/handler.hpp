// The one interface of the pipeline: a handler turns an exchange into a response, or refuses.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "proxy/core/body.hpp"
#include "proxy/core/message.hpp"

namespace gatehouse {

struct Exchange;

// Two byte pipes after a 101, joined by the session.
class Tunnel {
 public:
  virtual ~Tunnel() = default;
  // Relays until both directions have ended, the idle limit passes or the worker drains. Takes the client's socket for
  // that time; `early` are bytes that the client sent behind its handshake.
  virtual Task<> run(TcpSocket& client, std::span<const char> early) = 0;
};

struct Response {
  explicit Response(std::pmr::memory_resource& arena) : head(arena) {}

  ResponseHead head;
  std::unique_ptr<Body> body;           // null: none
  std::optional<std::uint64_t> length;  // of the body; nullopt: chunked, or until close for HTTP/1.0
  std::unique_ptr<Tunnel> tunnel;       // set on 101
};

// An answer of ours. Only the session turns it into bytes, in the caller's protocol.
struct Refusal {
  Errc code;
  std::string_view policy;       // which one said no; empty: the pipeline itself
  std::optional<Fields> fields;  // Retry-After, WWW-Authenticate, Location
  std::string_view text;         // for people, instead of the meaning's; lives in the arena or forever
  boost::system::error_code cause;
};

using Outcome = boost::system::result<Response, Refusal>;
using Reply = Task<Outcome>;
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location& where);

class Handler {
 public:
  virtual ~Handler() = default;
  virtual Reply handle(Exchange& ex) = 0;
};
using HandlerPtr = std::shared_ptr<Handler>;

// The outcome of a handler that does not wait.
Reply refuse(Refusal refusal);
Reply refuse(Errc code, std::string_view policy = {});
inline Refusal refusal(Error error) { return {error.code, {}, std::nullopt, {}, error.cause}; }
// A small answer of ours that is no refusal: /web/health from the edge. `text` lives in the arena or forever.
Reply answer(Exchange& ex, unsigned status, std::string_view content_type, std::string_view text);

}  // namespace gatehouse
