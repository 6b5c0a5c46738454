#include "proxy/server/server.hpp"

#include <sys/resource.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#include "proxy/core/log.hpp"
#include "proxy/core/waker.hpp"

namespace gatehouse::server {
namespace {

constexpr auto kLook = 50ms;        // between two looks whether all has ended
constexpr auto kMostStagger = 10s;  // websockets are told to go over this time, or half the drain if that is less
constexpr auto kAfterCut = 2s;

std::string text_of(const tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

}  // namespace

DrainConfig DrainConfig::read(config::Reader r) {
  DrainConfig c;
  r.optional("grace", c.grace, 0ms, 1h);
  r.optional("limit", c.limit, 0ms, 24h);
  if (c.grace > c.limit) r.problem("grace", "counts inside `limit`, which is shorter");
  return c;
}

Server::Server(std::vector<ListenerConfig> listeners, unsigned threads, SessionConfigPtr session, SpoolSpace& spool,
               AccessLog* access_log)
    : listeners_(std::move(listeners)), admission_(threads) {
  auto inherited = inherited_sockets();
  std::vector<std::vector<Fd>> sockets(threads);
  for (const auto& config : listeners_) {
    auto listening = listen(config, threads, inherited);
    endpoints_.push_back(listening.endpoint);
    for (unsigned i = 0; i < threads; ++i) sockets[i].push_back(std::move(listening.sockets[i]));
  }
  for (unsigned i = 0; i < threads; ++i) {
    const Shared shared{spool, admission_, access_log, listeners_};
    workers_.push_back(std::make_unique<Worker>(i, shared, std::move(sockets[i]), session));
  }
}

Server::~Server() { stop(); }

void Server::wire(const Wire& wire) {
  std::vector<Worker*> peers;
  for (auto& worker : workers_) peers.push_back(worker.get());
  for (auto& worker : workers_) {
    worker->set_peers(peers);
    worker->wire(wire(*worker));
  }
}

void Server::start() {
  for (auto& worker : workers_) worker->start();
}

void Server::set_config(SessionConfigPtr config) {
  for (auto& worker : workers_) worker->post([w = worker.get(), config] { w->set_config(config); });
}

template <class Work>
Task<> Server::on_each(Executor caller, Work work) {
  struct Round {
    explicit Round(Executor e, std::size_t n) : done(e), left(n) {}
    Waker done;
    std::size_t left;
  };
  auto round = std::make_shared<Round>(caller, workers_.size());
  for (auto& worker : workers_) {
    worker->post([w = worker.get(), work, round, caller] {
      auto result = work(*w);
      net::post(caller, [round, work, result = std::move(result)]() mutable {
        work.collect(std::move(result));
        if (--round->left == 0) round->done.wake();
      });
    });
  }
  co_await round->done.wait();
}

Task<Stats> Server::stats(Executor caller) {
  struct CopyStats {
    Stats* sum;
    Stats operator()(Worker& worker) const { return worker.stats(); }
    void collect(Stats stats) const { *sum += stats; }
  };
  Stats sum;
  const CopyStats copy{&sum};
  co_await on_each(caller, copy);
  co_return sum;
}

Task<> Server::drain(Executor control, DrainConfig config, const std::atomic<bool>& hurry) {
  const auto begun = Clock::now();
  Timer timer(control);
  for (auto& worker : workers_) worker->post([w = worker.get()] { w->leave(); });
  log::info("draining", {{"grace_ms", config.grace.count()}, {"limit_ms", config.limit.count()}});
  while (!hurry && Clock::now() - begun < config.grace) {
    timer.expires_after(kLook);
    co_await timer.async_wait(use_tuple);
  }
  const auto stagger = std::min<Clock::duration>(kMostStagger, (config.limit - config.grace) / 2);
  for (auto& worker : workers_) worker->post([w = worker.get(), stagger] { w->drain(stagger); });

  struct CountBusy {
    std::size_t* busy;
    bool operator()(Worker& worker) const { return !worker.idle(); }
    void collect(bool is_busy) const { *busy += is_busy; }
  };
  std::size_t busy = 1;
  bool cut = false;
  while (busy > 0) {
    timer.expires_after(kLook);
    co_await timer.async_wait(use_tuple);
    busy = 0;
    const CountBusy count{&busy};
    co_await on_each(control, count);
    const auto spent = Clock::now() - begun;
    if (busy > 0 && spent >= config.limit && !cut) {
      log::warn("drain limit has passed, cutting what is left");
      for (auto& worker : workers_) worker->post([w = worker.get()] { w->cut(); });
      cut = true;
    }
    if (spent >= config.limit + kAfterCut) break;
  }
  log::info("drained", {{"ms", std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count()},
                        {"cut", cut}});
}

void Server::stop() {
  for (auto& worker : workers_) worker->stop();
  for (auto& worker : workers_) worker->join();
}

std::vector<std::string> Server::listening() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < listeners_.size(); ++i) all.push_back(listeners_[i].name + " " + text_of(endpoints_[i]));
  return all;
}

unsigned granted_processors() {
  unsigned count = std::max(1u, std::thread::hardware_concurrency());  // respects the affinity mask
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (file >> quota >> period && period > 0)
    count = std::min(count, std::max(1u, static_cast<unsigned>(std::ceil(quota / period))));
  return count;
}

std::size_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    return before;  // a sandbox may forbid it; the unit's LimitNOFILE rules then
  return limit.rlim_cur;
}

}  // namespace gatehouse::server
