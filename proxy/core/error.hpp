// What can go wrong with a request, whose fault it is, and what the client is told: one enumeration, one table.
#pragma once

#include <cstdint>
#include <string_view>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/throw_exception.hpp>

namespace gatehouse {

enum class Errc : std::uint8_t {
  // the client's message
  bad_request,  // malformed in a way that may be an attack: answered and closed
  bad_host,
  bad_target,
  target_too_long,
  head_too_large,
  body_too_large,
  unsupported_coding,  // a transfer coding other than chunked
  unsupported_version,
  method_not_allowed,
  expectation_failed,
  upgrade_required,  // a websocket handshake of another version
  head_timeout,
  body_timeout,  // idle, or below the minimum rate
  client_gone,   // nobody is left to answer
  // policy
  unknown_host,
  not_found,
  redirect,  // 308 with Location
  origin_denied,
  suspended,
  maintenance,
  too_many_sockets,
  // capacity
  queue_full,
  queue_timeout,
  spool_full,  // the node's spool is full, or its disk
  draining,
  // the upstream
  no_endpoint,
  dns_failed,
  connect_refused,
  connect_timeout,
  upstream_reset,
  upstream_worker_died,  // EOF without a byte: killed by its own time limit
  upstream_timeout,
  upstream_malformed,
  upstream_truncated,
  // ours
  internal,
};
inline constexpr std::size_t kErrcCount = static_cast<std::size_t>(Errc::internal) + 1;

enum class Fault : std::uint8_t { client, policy, capacity, upstream, ours };

// How an answer of ours is meant, which decides what a machine is told (SPEC of generated answers):
enum class Kind : std::uint8_t {
  malformed,  // the status, then close
  refused,    // a no: asking again the same way will not help
  try_again,  // not now: the caller should come back
  redirect,
};

struct Meaning {
  std::string_view name;  // in logs, metrics and Proxy-Status: "queue_full"
  std::uint16_t status;   // what a plain HTTP client is told
  Fault fault;
  Kind kind;
  bool close;                     // the connection ends with the answer
  std::string_view proxy_status;  // error type of RFC 9209 §2.3
  std::string_view text;          // one sentence for people
};

const Meaning& meaning(Errc code);

// What I/O and policy return instead of throwing. `cause` is for the log.
struct Error {
  Errc code;
  boost::system::error_code cause{};
};

// boost::system::result calls this when a value is asked for that is not there: a bug, not a condition.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace gatehouse
