// A message body is a source that is pulled by its single reader, so that back-pressure needs no code.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "proxy/core/error.hpp"
#include "proxy/core/net.hpp"

namespace gatehouse {

class Spool;

class Body {
 public:
  virtual ~Body() = default;
  // The next bytes; empty at the end. They are valid until the next call or the body's death: the writer puts them on
  // the wire from where they lie (one writev with the head), nothing is copied for it.
  virtual Task<Result<std::span<const char>>> next() = 0;
  // Would next() return without waiting? When not, the head goes out alone.
  virtual bool ready() const { return true; }
};

// What the client sends. Nothing is read from the connection until somebody needs it.
class RequestBody {
 public:
  virtual ~RequestBody() = default;
  virtual bool empty() const = 0;
  // Reads the whole body into its spool, at most once: later callers get the same. `limit` in bytes is checked before
  // the first byte when the length is declared, and on the way when it is not. The first call sends 100-continue.
  // body_too_large, body_timeout, client_gone, bad_request (chunked nonsense), spool_full.
  virtual Task<Result<std::shared_ptr<Spool>>> complete(std::uint64_t limit) = 0;
};

}  // namespace gatehouse
