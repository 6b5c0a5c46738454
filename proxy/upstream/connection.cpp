#include "proxy/upstream/connection.hpp"

#include <sys/socket.h>

namespace gatehouse::upstream {

Connection::Connection(Loop& loop, EndpointPtr endpoint)
    : Deadline(loop.deadlines), socket_(loop.executor), endpoint_(std::move(endpoint)) {}

void Connection::on_expired() {
  error_code ignored;
  socket_.cancel(ignored);
}

Error Connection::error_of(error_code ec, Errc otherwise) const { return {expired() ? why() : otherwise, ec}; }

Task<Result<>> Connection::connect(TimePoint until) {
  error_code ec;
  socket_.open(endpoint_->address.protocol(), ec);
  if (ec) co_return Error{Errc::no_endpoint, ec};  // we are out of descriptors: not the endpoint's fault
  socket_.non_blocking(true, ec);
  arm(until, Errc::connect_timeout);
  std::tie(ec) = co_await socket_.async_connect(endpoint_->address, use_tuple);
  const auto error = error_of(ec, Errc::connect_refused);
  disarm();
  if (ec) co_return error;
  socket_.set_option(tcp::no_delay(true), ec);
  co_return Result<>();
}

Task<Result<std::size_t>> Connection::write_some(std::span<const net::const_buffer> pieces, TimePoint until, Errc why) {
  arm(until, why);
  const auto [ec, n] = co_await socket_.async_write_some(pieces, use_tuple);
  const auto error = error_of(ec, Errc::upstream_reset);
  disarm();
  if (ec) co_return error;
  co_return n;
}

Task<Result<std::size_t>> Connection::read_some(std::span<char> into, TimePoint until, Errc why) {
  // The reactor tells an end, good or bad, once: a further read would wait for ever.
  if (at_end_) co_return 0u;
  arm(until, why);
  const auto [ec, n] = co_await socket_.async_read_some(net::buffer(into.data(), into.size()), use_tuple);
  const auto error = error_of(ec, Errc::upstream_reset);
  at_end_ = ec && !expired();
  disarm();
  if (ec == net::error::eof) co_return 0u;
  if (ec) co_return error;
  co_return n;
}

bool Connection::readable() const {
  char byte;
  const auto n = ::recv(const_cast<TcpSocket&>(socket_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool Connection::ended() const {
  char scrap[512];
  while (true) {
    const auto n = ::recv(const_cast<TcpSocket&>(socket_).native_handle(), scrap, sizeof scrap, MSG_DONTWAIT);
    if (n > 0) continue;
    return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
  }
}

void Connection::close() {
  error_code ignored;
  socket_.close(ignored);
}

// === ConnectionPool ===

std::unique_ptr<Connection> ConnectionPool::take(const Endpoint& endpoint) {
  const auto found = idle_.find(&endpoint);
  if (found == idle_.end()) return nullptr;
  auto& list = found->second;
  while (!list.empty()) {
    auto connection = std::move(list.back());  // the youngest: the others may age away
    list.pop_back();
    // An end, or bytes before a request: either way not one to trust (a poisoned answer would be the next client's).
    if (!connection->readable()) return connection;
  }
  return nullptr;
}

void ConnectionPool::put(std::unique_ptr<Connection> connection) {
  auto& list = idle_[connection->endpoint().get()];
  if (list.size() >= kIdle) list.erase(list.begin());
  connection->reused = true;
  connection->idle_since = Clock::now();
  list.push_back(std::move(connection));
}

void ConnectionPool::sweep(TimePoint now) {
  for (auto it = idle_.begin(); it != idle_.end();) {
    std::erase_if(it->second, [now](const auto& c) { return now - c->idle_since > kIdleTime; });
    it = it->second.empty() ? idle_.erase(it) : std::next(it);
  }
}

}  // namespace gatehouse::upstream
