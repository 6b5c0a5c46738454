// The workers and the listening sockets: start, reload, drain. Used by the control thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/server/worker.hpp"

namespace gatehouse::server {

struct DrainConfig {
  config::Duration grace{20'000};   // readiness gone, still accepting: load balancers take notice
  config::Duration limit{300'000};  // of the whole, grace included; then what is left is cut
  static DrainConfig read(config::Reader r);
};

class Server {
 public:
  // Opens the sockets; throws std::system_error naming the listener.
  Server(std::vector<ListenerConfig> listeners, unsigned threads, SessionConfigPtr session, SpoolSpace& spool,
         AccessLog* access_log);
  ~Server();

  using Wire = std::function<std::unique_ptr<Wiring>(Worker&)>;
  void wire(const Wire& wire);  // before start()
  void start();
  void set_config(SessionConfigPtr config);

  // Returns when nothing runs any more, or the limit has passed. `hurry` may be woken to end the grace at once.
  Task<> drain(Executor control, DrainConfig config, const std::atomic<bool>& hurry);
  void stop();  // ends the loops and joins the threads

  const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }
  // "web 127.0.0.1:8080", with the ports that the kernel gave.
  std::vector<std::string> listening() const;
  const std::vector<ListenerConfig>& listeners() const { return listeners_; }
  // What all workers counted, added up; asked of each on its loop.
  Task<Stats> stats(Executor caller);

 private:
  template <class Work>
  Task<> on_each(Executor caller, Work work);  // returns when each worker has done it

  std::vector<ListenerConfig> listeners_;
  std::vector<tcp::endpoint> endpoints_;
  Admission admission_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

// "auto": the processors that affinity and the cgroup's quota (cpu.max) grant, at least 1.
unsigned granted_processors();

// Raises the soft limit of open files to the hard one. Returns it.
std::size_t raise_file_limit();

}  // namespace gatehouse::server
