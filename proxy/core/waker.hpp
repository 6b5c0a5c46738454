// A wait for something that another coroutine of the same loop does: bytes in a spool, a granted slot, room again.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "proxy/core/net.hpp"

namespace gatehouse {

// One waiter at a time. A wake without a waiter is remembered for the next wait. Loop thread only.
class Waker {
 public:
  explicit Waker(Executor executor) : executor_(executor) {}
  Waker(const Waker&) = delete;

  // Resumes the waiter from the loop, never from within this call.
  void wake() {
    if (!waiter_) {
      woken_ = true;
      return;
    }
    net::post(executor_, std::exchange(waiter_, nullptr));
  }

  Task<> wait() {
    if (std::exchange(woken_, false)) co_return;
    auto start = [this](auto handler) { waiter_ = std::move(handler); };
    co_await net::async_initiate<const net::use_awaitable_t<Executor>, void()>(start, use_task);
    woken_ = false;
  }

 private:
  Executor executor_;
  net::any_completion_handler<void()> waiter_;
  bool woken_ = false;
};

}  // namespace gatehouse
