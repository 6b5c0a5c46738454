#include "proxy/upstream/tunnel.hpp"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>

namespace gatehouse::upstream {

WebsocketTunnel::WebsocketTunnel(UpstreamContext& context, UpstreamExchange::Ptr exchange,
                                 std::shared_ptr<Backend::State> state, Clock::duration idle, std::uint32_t series)
    : Deadline(context.loop.deadlines),
      context_(context),
      exchange_(std::move(exchange)),
      connection_(exchange_->take_connection()),
      state_(std::move(state)),
      idle_(idle),
      series_(series) {
  ++context_.stats.tenant(series_).websockets;
  context_.loop.tunnels.push_back(*this);
}

WebsocketTunnel::~WebsocketTunnel() {
  --context_.stats.tenant(series_).websockets;
  state_->sockets.fetch_sub(1, std::memory_order_relaxed);
}

Task<> WebsocketTunnel::run(TcpSocket& client, std::span<const char> early) {
  client_ = &client;
  keep_alive();
  if (context_.loop.draining) drain();
  Waker both(context_.loop.executor);
  bool down_ended = false;
  auto ended = [&](std::exception_ptr) {
    down_ended = true;
    both.wake();
  };
  const auto behind = exchange_->behind_head();
  net::co_spawn(context_.loop.executor, to_client({behind.data(), behind.size()}), std::move(ended));
  co_await to_upstream(early);
  while (!down_ended) co_await both.wait();
  disarm();
  error_code ignored;
  connection_->close();
  client.close(ignored);
}

Task<> WebsocketTunnel::to_upstream(std::span<const char> early) {
  bool more = co_await write(connection_->socket(), early);
  while (more) more = co_await relay(*client_, connection_->socket(), false);
}

Task<> WebsocketTunnel::to_client(std::span<const char> early) {
  frames_.feed(early);
  bool more = co_await write(*client_, early);
  exchange_->drop_buffers();
  while (more) more = co_await relay(connection_->socket(), *client_, true);
}

// Waits with nothing in hand, then moves what there is. False: this direction has ended.
Task<bool> WebsocketTunnel::relay(TcpSocket& from, TcpSocket& to, bool down) {
  auto [ec] = co_await from.async_wait(TcpSocket::wait_read, use_tuple);
  if (ec) co_return false;
  auto block = context_.loop.buffers.take();
  const auto n = from.read_some(net::buffer(block.data(), BufferPool::kBlock), ec);
  if (ec == net::error::would_block) co_return true;
  if (ec == net::error::eof) {
    error_code ignored;
    to.shutdown(TcpSocket::shutdown_send, ignored);
    half_closed_ = true;
    keep_alive();
    co_return false;
  }
  if (ec) {
    on_expired();  // a reset is passed on as an end of both
    co_return false;
  }
  keep_alive();
  const std::span<const char> bytes(block.data(), n);
  if (!down) co_return co_await write(to, bytes);
  if (goodbye_) co_return true;  // the client has had its last frame
  frames_.feed(bytes);
  writing_ = true;
  const bool written = co_await write(to, bytes);
  writing_ = false;
  if (written && draining_) say_goodbye();
  co_return written;
}

Task<bool> WebsocketTunnel::write(TcpSocket& to, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const auto [ec, n] = co_await to.async_write_some(net::buffer(bytes.data(), bytes.size()), use_tuple);
    if (ec) {
      on_expired();
      co_return false;
    }
    bytes = bytes.subspan(n);
  }
  co_return true;
}

void WebsocketTunnel::keep_alive() {
  if (goodbye_) return;
  arm(half_closed_ ? std::min<Clock::duration>(idle_, kHalfClosed) : idle_, Errc::client_gone);
}

void WebsocketTunnel::drain() {
  draining_ = true;
  if (!writing_) say_goodbye();
}

// Between two frames only; in the middle of one, the relay says it once the frame is over.
void WebsocketTunnel::say_goodbye() {
  if (goodbye_ || !client_ || !frames_.at_boundary()) return;
  goodbye_ = true;
  if (!frames_.close_seen())
    ::send(client_->native_handle(), http::kGoingAway, sizeof http::kGoingAway, MSG_DONTWAIT | MSG_NOSIGNAL);
  arm(kGoodbye, Errc::draining);
}

void WebsocketTunnel::on_expired() {
  connection_->close();
  error_code ignored;
  if (client_) client_->close(ignored);
}

}  // namespace gatehouse::upstream
