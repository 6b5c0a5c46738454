// The admin listener: is the node alive, is it ready, what does it count. Runs on the control thread's loop, up from
// the first moment whatever the registry does; a slow scraper never meets a worker.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/core/net.hpp"
#include "proxy/core/stats.hpp"

namespace gatehouse::admin {

// What the admin listener asks; all called on its loop.
struct Sources {
  std::function<std::string()> not_ready;      // empty: ready; else why not: "registry not loaded"
  std::function<Task<std::string>()> metrics;  // the exposition, see metrics.hpp
};

class Server {
 public:
  // Throws std::system_error naming the address when it cannot listen. `address`: everything; `probes`: a second
  // listener for kubelet and Prometheus with /healthz, /readyz and /metrics alone (both have just these in this build).
  Server(Executor executor, Sources sources);
  ~Server();
  void listen(const tcp::endpoint& endpoint);
  std::vector<tcp::endpoint> endpoints() const;  // with the ports the kernel gave
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace gatehouse::admin
