#include "proxy/server/worker.hpp"

#include <boost/asio/co_spawn.hpp>

#include "proxy/core/log.hpp"
#include "proxy/core/run_loop.hpp"

namespace gatehouse::server {
namespace {

constexpr auto kTick = 100ms;
constexpr auto kAcceptPause = 100ms;  // when the process is out of descriptors
constexpr std::size_t kAcceptBatch = 64;
constexpr std::size_t kBacklog = 4096;  // of listen()

bool out_of_resources(error_code ec) {
  return ec == net::error::no_descriptors || ec.value() == ENFILE || ec == net::error::no_buffer_space ||
         ec == net::error::no_memory;
}

}  // namespace

struct Worker::Acceptor {
  Acceptor(Executor executor, std::size_t listener, int fd, const tcp& protocol)
      : listener(listener), socket(executor, protocol, fd), pause(executor) {
    error_code ignored;
    socket.non_blocking(true, ignored);
  }
  std::size_t listener;
  TcpAcceptor socket;
  Timer pause;
};

Worker::Worker(unsigned index, Shared shared, std::vector<Fd> sockets, SessionConfigPtr config)
    : loop_(context_.get_executor(), index),
      shared_(shared),
      config_(std::move(config)),
      second_(context_.get_executor()),
      farewell_(context_.get_executor()) {
  stats_.listeners.resize(shared_.listeners.size());
  if (shared_.access_log) log_.emplace(*shared_.access_log);
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    const auto v6 = shared_.listeners[i].address.host.find(':') != std::string::npos;
    acceptors_.push_back(
        std::make_unique<Acceptor>(loop_.executor, i, sockets[i].release(), v6 ? tcp::v6() : tcp::v4()));
  }
}

Worker::~Worker() {
  join();
  context_.shutdown();
}

void Worker::wire(std::unique_ptr<Wiring> wiring) {
  wiring_ = std::move(wiring);
  sessions_context_.emplace(
      SessionContext{loop_, wiring_->handler(), shared_.spool, stats_, log_ ? &*log_ : nullptr, request_ids_, config_});
}

void Worker::start() {
  loop_.deadlines.start();
  tick();
  for (auto& acceptor : acceptors_) {
    auto done = [](std::exception_ptr failed) {
      if (failed) log::error("accept loop failed");
    };
    net::co_spawn(loop_.executor, accept(*acceptor), std::move(done));
  }
  thread_ = std::thread([this] { run_loop(context_, "worker"); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::set_config(SessionConfigPtr config) {
  config_ = std::move(config);
  sessions_context_->config = config_;
}

Task<> Worker::accept(Acceptor& acceptor) {
  while (acceptor.socket.is_open()) {
    auto [ec] = co_await acceptor.socket.async_wait(TcpAcceptor::wait_read, use_tuple);
    if (ec) break;
    const bool fine = accept_some(acceptor, kAcceptBatch);
    if (fine) continue;
    acceptor.pause.expires_after(kAcceptPause);
    std::tie(ec) = co_await acceptor.pause.async_wait(use_tuple);
  }
}

bool Worker::accept_some(Acceptor& acceptor, std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    TcpSocket socket(loop_.executor);
    error_code ec;
    acceptor.socket.accept(socket, ec);
    if (ec == net::error::would_block) return true;
    if (out_of_resources(ec)) {
      ++stats_.listeners[acceptor.listener].refused_total;
      log::error("cannot accept: out of file descriptors or memory", {{"cause", ec.message()}});
      return false;
    }
    if (ec) continue;  // the client was faster
    place(acceptor.listener, std::move(socket));
  }
  return true;
}

void Worker::place(std::size_t listener, TcpSocket socket) {
  auto& stats = stats_.listeners[listener];
  ++stats.accepted;
  error_code ec;
  const auto peer = socket.remote_endpoint(ec);
  if (ec) return;
  const auto& limits = config_->client;
  bool trusted = false;
  for (const auto& network : config_->trusted_proxies) trusted |= network.contains(peer.address());
  if (shared_.admission.total() >= limits.connections) {
    ++stats.refused_total;
    return;
  }
  if (!shared_.admission.enter(peer.address(), trusted ? 0 : limits.connections_per_ip)) {
    ++stats.refused_per_ip;
    return;
  }
  const auto target = shared_.admission.place(loop_.index);
  if (target == loop_.index || loop_.draining) return begin(listener, std::move(socket), peer.address());
  Fd fd(socket.release(ec));
  shared_.admission.joined(target);  // now, so that a burst does not all go to the same one
  ++stats_.handed_over;
  auto take_over = [worker = peers_[target], listener, fd = std::move(fd), peer]() mutable {
    worker->adopt(listener, std::move(fd), peer);
  };
  peers_[target]->post(std::move(take_over));
}

void Worker::adopt(std::size_t listener, Fd fd, tcp::endpoint peer) {
  shared_.admission.left(loop_.index);
  TcpSocket socket(loop_.executor);
  error_code ec;
  socket.assign(peer.protocol(), fd.get(), ec);
  if (ec) return shared_.admission.leave(peer.address());
  fd.release();
  begin(listener, std::move(socket), peer.address());
}

void Worker::begin(std::size_t listener, TcpSocket socket, const net::ip::address& peer) {
  shared_.admission.joined(loop_.index);
  ++stats_.listeners[listener].connections;
  auto session = std::make_unique<SessionH1>(*sessions_context_, shared_.listeners[listener], std::move(socket));
  sessions_.push_back(*session);
  if (loop_.draining) session->drain();
  SessionH1& running = *session;
  auto done = [this, listener, peer, session = std::move(session)](std::exception_ptr failed) mutable {
    if (failed) {
      ++stats_.session_failures;
      log::error("session failed", {{"listener", shared_.listeners[listener].name}});
    }
    session.reset();
    --stats_.listeners[listener].connections;
    shared_.admission.left(loop_.index);
    shared_.admission.leave(peer);
  };
  net::co_spawn(loop_.executor, running.run(), std::move(done));
}

void Worker::tick() {
  second_.expires_after(kTick);
  second_.async_wait([this](error_code ec) {
    if (ec) return;
    tick();  // first: whatever fails below must not end the ticks
    if (log_) log_->flush();
    if (++ticks_ % (1s / kTick) == 0) wiring_->every_second(Clock::now());
  });
}

void Worker::leave() { loop_.leaving = true; }

void Worker::drain(Clock::duration stagger) {
  loop_.leaving = loop_.draining = true;
  // What waits in the accept queue would be reset by the close: it is taken in first.
  for (auto& acceptor : acceptors_) {
    accept_some(*acceptor, kBacklog);
    error_code ignored;
    acceptor->socket.close(ignored);
  }
  for (auto it = sessions_.begin(); it != sessions_.end();) (it++)->drain();
  dismiss_tunnels(stagger);
}

// One batch each tick, so that the browsers do not all come back at once.
void Worker::dismiss_tunnels(Clock::duration stagger) {
  if (loop_.tunnels.empty()) return;
  const auto ticks = static_cast<std::size_t>(std::max<std::int64_t>(1, stagger / kTick));
  const auto batch = loop_.tunnels.size() / ticks + 1;
  for (std::size_t i = 0; i < batch && !loop_.tunnels.empty(); ++i) {
    auto& tunnel = loop_.tunnels.front();
    loop_.tunnels.pop_front();
    dismissed_.push_back(tunnel);
    tunnel.drain();
  }
  farewell_.expires_after(kTick);
  farewell_.async_wait([this, left = stagger - kTick](error_code ec) {
    if (!ec) dismiss_tunnels(left);
  });
}

void Worker::cut() {
  for (auto* list : {&loop_.tunnels, &dismissed_})
    for (auto it = list->begin(); it != list->end();) (it++)->cut();
  for (auto it = sessions_.begin(); it != sessions_.end();) (it++)->cut();
}

}  // namespace gatehouse::server
