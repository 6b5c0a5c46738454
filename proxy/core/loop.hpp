// What a worker lends to everything that runs on it. One per thread; nothing in it may be touched from another.
#pragma once

#include "proxy/core/buffer_pool.hpp"
#include "proxy/core/deadline.hpp"
#include "proxy/core/gate.hpp"
#include "proxy/core/net.hpp"

namespace gatehouse {

// Something long-lived that wants to take its leave when the worker drains: a tunnel.
class Drainable : public boost::intrusive::list_base_hook<boost::intrusive::tag<struct Loop>,
                                                          boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual void drain() = 0;  // says goodbye in its protocol and ends soon
  virtual void cut() = 0;    // ends now

 protected:
  ~Drainable() = default;
};

using Drainables = boost::intrusive::list<
    Drainable,
    boost::intrusive::base_hook<boost::intrusive::list_base_hook<
        boost::intrusive::tag<struct Loop>, boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
    boost::intrusive::constant_time_size<false>>;

struct Loop {
  explicit Loop(Executor executor, unsigned index) : executor(executor), index(index), deadlines(executor) {}
  Loop(const Loop&) = delete;

  Executor executor;
  unsigned index;  // 0 … workers − 1
  DeadlineWheel deadlines;
  BufferPool buffers;
  Gate exchanges;  // upstream exchanges that still read
  Drainables tunnels;
  bool leaving = false;   // readiness is gone, everything else as always
  bool draining = false;  // answers close their connections, tunnels say goodbye
};

}  // namespace gatehouse
