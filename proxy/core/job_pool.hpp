// Threads for work that would hold a loop for longer than 100 µs: parsing tenants, password hashes, compiling rules.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "proxy/core/waker.hpp"

namespace gatehouse {

class JobPool {
 public:
  explicit JobPool(unsigned threads) : pool_(threads) {}
  // Waits for what runs. To be called before the loops that wait for jobs are destroyed.
  void join() {
    pool_.stop();
    pool_.join();
  }

  // Runs `work` on one of the threads; the coroutine goes on at `home`, where it was. What `work` throws is thrown
  // here.
  template <class Work>
  Task<std::invoke_result_t<Work>> offload(Executor home, Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    std::exception_ptr failed;
    Waker done(home);
    auto job = [&] {
      try {
        result.emplace(work());
      } catch (...) {
        failed = std::current_exception();
      }
      net::post(home, [&done] { done.wake(); });
    };
    net::post(pool_, job);
    co_await done.wait();
    if (failed) std::rethrow_exception(failed);
    co_return std::move(*result);
  }

 private:
  net::thread_pool pool_;
};

}  // namespace gatehouse
