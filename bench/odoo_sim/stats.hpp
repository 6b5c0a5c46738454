// What happened in a simulator: the numbers a test asks for. Thread-safe.
//
// Accepting and finishing go through here, so that "in flight" and the accept queue are read at one instant: what an
// edge has outstanding at that moment is their sum. A correct edge never lets max_demand exceed the number of workers.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "bench/odoo_sim/socket.hpp"

namespace gatehouse::odoo_sim {

struct Counters {
  std::uint64_t in_flight = 0;      // connections that hold a worker now
  std::uint64_t max_in_flight = 0;  // never more than there are workers
  std::uint64_t waiting = 0;        // in the accept queue now
  std::uint64_t max_waiting = 0;
  std::uint64_t max_demand = 0;  // in flight and waiting together, at most
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;       // on either port
  std::uint64_t idle_timeouts = 0;  // connections that sent no whole head within the socket timeout
  std::uint64_t truncated = 0;      // answers cut because their reader stalled
  std::uint64_t aborted = 0;        // answers cut because their reader left
  std::uint64_t websockets_open = 0;
  std::uint64_t websockets_total = 0;
};

class Stats {
 public:
  // A connection that now holds a worker; not open when there was none.
  Descriptor accept(int listener);
  // Before the FIN: a connection that takes the place of this one must not be counted beside it.
  void finished(int listener);
  void count(std::uint64_t Counters::*counter);
  void websocket_opened();
  void websocket_closed();

  Counters read(int listener);
  void reset();  // everything but what is going on now

 private:
  void look_at_queue(int listener);

  std::mutex mutex_;
  Counters counters_;
};

std::string to_json(const Counters& counters);

}  // namespace gatehouse::odoo_sim
