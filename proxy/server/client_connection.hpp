// One client's TCP connection: the socket, its deadline and its read buffer. An idle one holds no buffer.
#pragma once

#include <array>

#include "proxy/core/exchange.hpp"
#include "proxy/core/loop.hpp"
#include "proxy/core/read_buffer.hpp"

namespace gatehouse::server {

class ClientConnection final : public Client, private Deadline {
 public:
  ClientConnection(Loop& loop, TcpSocket socket);

  // Each waits no longer than `until`; past it the error is `why`. A peer that closed or broke off is client_gone.
  Task<Result<std::size_t>> read_some(std::span<char> into, TimePoint until, Errc why);
  // Writes all of it. The peer has `stall` to take some more, again and again.
  Task<Result<>> write(std::array<net::const_buffer, 3> pieces, Clock::duration stall);
  // Until there is something to read, holding nothing.
  Task<Result<>> wait_readable(TimePoint until, Errc why);

  // The bytes read and not yet consumed. fill() and append() move them: not while views of a head are in use.
  std::string_view buffered() const { return buffer_.view(); }
  void consume(std::size_t n) { buffer_.consume(n); }
  // Reads more behind what is buffered. The caller bounds how much that may become.
  Task<Result<std::size_t>> fill(TimePoint until, Errc why);
  void append(std::span<const char> bytes) { buffer_.append(bytes); }  // what a body's reader found behind the body
  void release_buffer() { buffer_.release(); }

  // Interrupts a wait: it ends with `draining`, as do those that follow, until resume().
  void interrupt();
  void resume() { interrupted_ = false; }
  bool readable() const;  // are there bytes to read?
  void reset_on_close();  // the close will be a RST: the peer must not take what it has for the whole
  // Says that no more will come and reads what the peer still sends, so that it gets our last answer (RFC 9112 §9.6).
  Task<> linger();
  void close();
  TcpSocket& socket() { return socket_; }

  bool gone() const override;

 private:
  void on_expired() override;
  Result<> failed(error_code ec) const;

  Loop& loop_;
  TcpSocket socket_;
  ReadBuffer buffer_;
  bool interrupted_ = false;
};

}  // namespace gatehouse::server
