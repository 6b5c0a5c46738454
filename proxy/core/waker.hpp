// A wait for something that another coroutine of the same loop does: bytes in a spool, a granted slot, room again.
#pragma once

#include "proxy/core/net.hpp"

namespace gatehouse {

// One waiter at a time. A wake without a waiter is remembered for the next wait, and one wait may end without a reason:
// look again. Loop thread only.
//
// A timer that never expires, not a stored completion handler: the loop owns who waits on it, so that a loop which ends
// early frees them, too.
class Waker {
 public:
  explicit Waker(Executor executor) : timer_(executor, TimePoint::max()) {}

  // Resumes the waiter from the loop, never from within this call.
  void wake() {
    woken_ = true;
    if (waiting_) timer_.cancel();
  }

  Task<> wait() {
    while (!woken_) {
      waiting_ = true;
      co_await timer_.async_wait(use_tuple);
      waiting_ = false;
    }
    woken_ = false;
  }

 private:
  Timer timer_;
  bool woken_ = false, waiting_ = false;
};

}  // namespace gatehouse
