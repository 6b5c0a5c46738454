#include "proxy/server/client_connection.hpp"

#include <sys/socket.h>

namespace gatehouse::server {
namespace {

constexpr auto kLingerTime = 5s;  // a client that writes all before it reads gets our answer if it is done by then

}  // namespace

ClientConnection::ClientConnection(Loop& loop, TcpSocket socket)
    : Deadline(loop.deadlines), loop_(loop), socket_(std::move(socket)), buffer_(loop.buffers) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  peer = socket_.remote_endpoint(ignored);
  const auto local = socket_.local_endpoint(ignored);
  local_port = local.port();
}

void ClientConnection::on_expired() {
  error_code ignored;
  socket_.cancel(ignored);
}

void ClientConnection::interrupt() {
  interrupted_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

Result<> ClientConnection::failed(error_code ec) const {
  if (ec == net::error::operation_aborted)
    return Error{interrupted_ ? Errc::draining : expired() ? why() : Errc::client_gone, ec};
  return Error{Errc::client_gone, ec};
}

Task<Result<std::size_t>> ClientConnection::read_some(std::span<char> into, TimePoint until, Errc why) {
  if (interrupted_) co_return Error{Errc::draining};
  arm(until, why);
  auto [ec, n] = co_await socket_.async_read_some(net::buffer(into.data(), into.size()), use_tuple);
  if (ec) {
    const auto error = failed(ec).error();
    disarm();
    co_return error;
  }
  disarm();
  co_return n;
}

Task<Result<>> ClientConnection::wait_readable(TimePoint until, Errc why) {
  if (interrupted_) co_return Error{Errc::draining};
  arm(until, why);
  auto [ec] = co_await socket_.async_wait(TcpSocket::wait_read, use_tuple);
  const auto result = ec ? failed(ec) : Result<>();
  disarm();
  co_return result;
}

Task<Result<>> ClientConnection::write(std::array<net::const_buffer, 3> pieces, Clock::duration stall) {
  std::size_t first = 0;
  while (true) {
    while (first < pieces.size() && pieces[first].size() == 0) ++first;
    if (first == pieces.size()) break;
    arm(Clock::now() + stall, Errc::client_gone);
    const std::span<const net::const_buffer> rest(pieces.data() + first, pieces.size() - first);
    auto [ec, n] = co_await socket_.async_write_some(rest, use_tuple);
    if (ec) {
      disarm();
      co_return Error{Errc::client_gone, ec};
    }
    for (auto i = first; n > 0 && i < pieces.size(); ++i) {
      const auto taken = std::min(n, pieces[i].size());
      pieces[i] += taken;
      n -= taken;
    }
  }
  disarm();
  co_return Result<>();
}

Task<Result<std::size_t>> ClientConnection::fill(TimePoint until, Errc why) {
  const auto read = co_await read_some(buffer_.writable(), until, why);
  if (!read) co_return read.error();
  buffer_.commit(*read);
  co_return *read;
}

void ClientConnection::reset_on_close() {
  error_code ignored;
  socket_.set_option(net::socket_base::linger(true, 0), ignored);
}

Task<> ClientConnection::linger() {
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) co_return;
  const auto until = Clock::now() + kLingerTime;
  auto scratch = loop_.buffers.take();
  while (true) {
    const auto read = co_await read_some(scratch.span(), until, Errc::client_gone);
    if (!read || Clock::now() >= until) break;
  }
}

void ClientConnection::close() {
  error_code ignored;
  socket_.close(ignored);
}

bool ClientConnection::readable() const {
  char byte;
  return ::recv(const_cast<TcpSocket&>(socket_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool ClientConnection::gone() const {
  char byte;
  const auto n = ::recv(const_cast<TcpSocket&>(socket_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace gatehouse::server
