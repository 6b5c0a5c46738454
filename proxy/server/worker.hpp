// One thread, one loop, its own sockets and sessions. Everything on it is touched by it alone; others post.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "proxy/server/admission.hpp"
#include "proxy/server/listen.hpp"
#include "proxy/server/session_h1.hpp"

namespace gatehouse::server {

// What the roof puts on a worker beside its sessions: the chain with all that it stands on.
class Wiring {
 public:
  virtual ~Wiring() = default;
  virtual Handler& handler() = 0;
  virtual void every_second(TimePoint now) = 0;  // on the worker's loop
};

// What all workers share.
struct Shared {
  SpoolSpace& spool;
  Admission& admission;
  AccessLog* access_log;  // null: none
  const std::vector<ListenerConfig>& listeners;
};

class Worker {
 public:
  Worker(unsigned index, Shared shared, std::vector<Fd> sockets, SessionConfigPtr config);
  ~Worker();

  // Before start(): what needs the loop to be built.
  Loop& loop() { return loop_; }
  Stats& stats() { return stats_; }
  void wire(std::unique_ptr<Wiring> wiring);
  void set_peers(std::vector<Worker*> peers) { peers_ = std::move(peers); }

  void start();
  // Any thread. Runs `work` on the loop; what is posted after the worker stopped is dropped.
  template <class Work>
  void post(Work work) {
    net::post(context_, std::move(work));
  }

  // On the loop.
  void set_config(SessionConfigPtr config);
  void leave();                         // readiness gone, all else goes on
  void drain(Clock::duration stagger);  // no new connections; ends what is idle; websockets over `stagger`
  bool idle() const { return sessions_.empty() && loop_.exchanges.inside() == 0; }
  void cut();  // the drain limit has passed

  // Any thread.
  void stop() { context_.stop(); }
  void join();

 private:
  struct Acceptor;
  Task<> accept(Acceptor& acceptor);
  bool accept_some(Acceptor& acceptor, std::size_t most);  // until EAGAIN; false: out of descriptors or memory
  void place(std::size_t listener, TcpSocket socket);
  void adopt(std::size_t listener, Fd fd, tcp::endpoint peer);
  void begin(std::size_t listener, TcpSocket socket, const net::ip::address& peer);
  void tick();
  void dismiss_tunnels(Clock::duration stagger);

  // What still waits when the worker ends is destroyed while everything that it refers to is alive.
  struct Context : net::io_context {
    Context() : net::io_context(1) {}
    using net::execution_context::shutdown;
  };

  Context context_;
  Loop loop_;
  Shared shared_;
  Stats stats_;
  std::optional<AccessLog::Writer> log_;
  RequestIds request_ids_;
  SessionConfigPtr config_;
  std::unique_ptr<Wiring> wiring_;
  std::optional<SessionContext> sessions_context_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  boost::intrusive::list<SessionH1, boost::intrusive::constant_time_size<false>> sessions_;
  std::vector<Worker*> peers_;
  Drainables dismissed_;  // tunnels that have been told to go
  Timer second_, farewell_;
  unsigned ticks_ = 0;
  std::thread thread_;
};

}  // namespace gatehouse::server
