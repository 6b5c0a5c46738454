#include "proxy/core/job_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

using namespace gatehouse;

TEST_CASE("job pool: work runs on another thread and its result comes back to the loop", "[core][job_pool]") {
  JobPool jobs(2);
  net::io_context context;
  const auto here = std::this_thread::get_id();
  std::thread::id worked_on, went_on;
  int result = 0;
  auto ask = [&]() -> Task<> {
    auto work = [&] { return worked_on = std::this_thread::get_id(), 42; };
    result = co_await jobs.offload(context.get_executor(), work);
    went_on = std::this_thread::get_id();
  };
  auto done = [](std::exception_ptr) {};
  net::co_spawn(context, ask(), done);
  const auto guard = net::make_work_guard(context);
  while (result == 0) context.run_one();
  CHECK(result == 42);
  CHECK(worked_on != here);
  CHECK(went_on == here);
  jobs.join();
}

TEST_CASE("job pool: what the work throws is thrown where it was asked for", "[core][job_pool]") {
  JobPool jobs(1);
  net::io_context context;
  std::string caught;
  auto ask = [&]() -> Task<> {
    auto work = []() -> int { throw std::runtime_error("no"); };
    try {
      const int never = co_await jobs.offload(context.get_executor(), work);
      caught = std::to_string(never);
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
  };
  auto done = [](std::exception_ptr) {};
  net::co_spawn(context, ask(), done);
  const auto guard = net::make_work_guard(context);
  while (caught.empty()) context.run_one();
  CHECK(caught == "no");
  jobs.join();
}
