// One TCP connection to an endpoint, with its deadline. Errors say what happened to the upstream, never a raw eof.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "proxy/core/loop.hpp"
#include "proxy/upstream/endpoint.hpp"

namespace gatehouse::upstream {

class Connection final : private Deadline {
 public:
  Connection(Loop& loop, EndpointPtr endpoint);

  // connect_refused · connect_timeout · connect_refused for whatever else the kernel says (unreachable, no fds).
  Task<Result<>> connect(TimePoint until);
  // upstream_reset · `why` past `until`.
  Task<Result<std::size_t>> write_some(std::span<const net::const_buffer> pieces, TimePoint until, Errc why);
  // 0: the upstream ended. upstream_reset · `why` past `until`; the connection can be read again after that.
  Task<Result<std::size_t>> read_some(std::span<char> into, TimePoint until, Errc why);

  // Without waiting: has it ended, or sent something that nobody asked for?
  bool readable() const;
  bool ended() const;  // EOF or broken; what is left to read is dropped
  void close();

  TcpSocket& socket() { return socket_; }
  const EndpointPtr& endpoint() const { return endpoint_; }
  bool reused = false;  // has carried a request before
  TimePoint idle_since{};

 private:
  void on_expired() override;
  Error error_of(error_code ec, Errc otherwise) const;

  TcpSocket socket_;
  EndpointPtr endpoint_;
  bool at_end_ = false;
};

// Idle connections of one worker to upstreams that keep them. Never for Odoo's web port: an idle connection there
// blocks a worker for two seconds.
class ConnectionPool {
 public:
  static constexpr std::size_t kIdle = 32;  // kept for an endpoint
  static constexpr auto kIdleTime = 4s;     // below the 5 s that common servers keep an idle connection

  std::unique_ptr<Connection> take(const Endpoint& endpoint);  // null: none that still lives
  void put(std::unique_ptr<Connection> connection);
  void sweep(TimePoint now);  // each second

 private:
  std::unordered_map<const Endpoint*, std::vector<std::unique_ptr<Connection>>> idle_;
};

}  // namespace gatehouse::upstream
