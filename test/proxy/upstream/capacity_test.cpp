#include "proxy/upstream/capacity.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

using namespace gatehouse;
using namespace gatehouse::upstream;

namespace {

struct TestClient final : Client {
  bool gone() const override { return left; }
  bool left = false;
};

tcp::endpoint address(unsigned short port) { return {net::ip::make_address("10.0.0.1"), port}; }

// One loop and hand-made requests: what is granted is in `slots`, what is refused in `errors`, in order.
struct Scene {
  Scene() { ledger.enter(loop); }
  PoolState& pool(unsigned workers, std::vector<unsigned short> ports = {8069}) {
    auto list = std::make_shared<EndpointList>();
    for (const auto port : ports) list->push_back({ledger.endpoint(address(port)), 1});
    ledger.set_endpoints(state, std::move(list), workers);
    return state;
  }
  void ask(std::string name, Lane lane = Lane::interactive, routing::QueueLimits limits = {}) {
    auto done = [this, name](std::exception_ptr, Result<Slot> result) {
      if (result) granted.push_back(name), slots.push_back(std::move(*result));
      else refused.push_back(name + " " + std::string(meaning(result.error().code).name));
    };
    net::co_spawn(context, ledger.acquire(loop, Want{state, queue, limits, lane}, client), std::move(done));
    run();
  }
  void release(std::size_t index) {
    slots[index].release();
    run();
  }
  void pass(Clock::duration time) {
    const auto until = Clock::now() + time;
    loop.deadlines.turn(until + DeadlineWheel::kTick * 3);
    run();
  }
  void run() {
    context.restart();
    context.poll();
  }
  net::io_context context;
  Loop loop{context.get_executor(), 0};
  Ledger ledger{1};
  PoolState state;
  TenantQueue queue;
  TestClient client;
  std::vector<std::string> granted, refused;
  std::vector<Slot> slots;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("capacity: no more are in flight than there are workers, the others wait their turn",
          "[upstream][capacity]") {
  Scene scene;
  scene.pool(2);
  for (const auto* name : {"a", "b", "c", "d"}) scene.ask(name);
  CHECK(scene.granted == Names{"a", "b"});
  CHECK(scene.ledger.usage(scene.state, scene.queue).queued == 2);
  scene.release(1);
  CHECK(scene.granted == Names{"a", "b", "c"});
  scene.release(0);
  CHECK(scene.granted == Names{"a", "b", "c", "d"});
  CHECK(scene.ledger.usage(scene.state, scene.queue).in_flight == 2);
}

TEST_CASE("capacity: a full queue refuses at once", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1);
  const routing::QueueLimits two{2, config::Duration{10'000}};
  for (const auto* name : {"a", "b", "c", "d"}) scene.ask(name, Lane::interactive, two);
  CHECK(scene.granted == Names{"a"});
  CHECK(scene.refused == Names{"d queue_full"});
}

TEST_CASE("capacity: reports leave the last worker to others, hairpins go first", "[upstream][capacity]") {
  Scene scene;
  scene.pool(2);
  scene.ask("report 1", Lane::report);
  scene.ask("report 2", Lane::report);
  CHECK(scene.granted == Names{"report 1"});
  scene.ask("page 1");
  scene.ask("page 2");
  scene.ask("asset", Lane::hairpin);
  CHECK(scene.granted == Names{"report 1", "page 1"});
  scene.release(1);
  CHECK(scene.granted.back() == "asset");
  scene.release(2);
  CHECK(scene.granted.back() == "page 2");
  scene.release(0);
  CHECK(scene.granted.back() == "report 2");
}

TEST_CASE("capacity: a single worker may print", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1);
  scene.ask("report", Lane::report);
  CHECK(scene.granted == Names{"report"});
}

TEST_CASE("capacity: the least busy endpoint is next, and a failed one is avoided", "[upstream][capacity]") {
  Scene scene;
  scene.pool(2, {1, 2});
  for (const auto* name : {"a", "b", "c", "d"}) scene.ask(name);
  REQUIRE(scene.slots.size() == 4);
  CHECK(scene.slots[0].endpoint().address.port() != scene.slots[1].endpoint().address.port());
  CHECK(scene.slots[2].endpoint().address.port() != scene.slots[3].endpoint().address.port());
}

TEST_CASE("capacity: failures in a row eject an endpoint, but never the last one", "[upstream][capacity]") {
  Scene scene;
  scene.pool(4, {1, 2});
  const auto first = scene.ledger.endpoint(address(1));
  for (int i = 0; i < 5; ++i) scene.ledger.failed(*first, {});
  for (const auto* name : {"a", "b"}) scene.ask(name);
  CHECK(scene.slots[0].endpoint().address.port() == 2);
  CHECK(scene.slots[1].endpoint().address.port() == 2);
  const auto second = scene.ledger.endpoint(address(2));
  for (int i = 0; i < 5; ++i) scene.ledger.failed(*second, {});
  scene.ask("c");
  CHECK(scene.slots.size() == 3);
}

TEST_CASE("capacity: who waits longer than the queue allows is told so", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1);
  scene.ask("a");
  scene.ask("b", Lane::interactive, {8, config::Duration{0}});
  scene.pass(1s);
  CHECK(scene.refused == Names{"b queue_timeout"});
  CHECK(scene.ledger.usage(scene.state, scene.queue).queued == 0);
  scene.release(0);
  scene.ask("c");
  CHECK(scene.granted == Names{"a", "c"});
}

TEST_CASE("capacity: a client that left gives its place up", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1);
  scene.ask("a");
  scene.ask("b");
  scene.client.left = true;
  scene.pass(1s);
  CHECK(scene.refused == Names{"b client_gone"});
  scene.release(0);
  CHECK(scene.ledger.usage(scene.state, scene.queue).in_flight == 0);
}

TEST_CASE("capacity: a grant that nobody takes any more goes to the next", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1);
  scene.ask("a");
  {
    net::io_context dying;
    Loop other(dying.get_executor(), 0);
    // A second asker whose loop dies with the grant under way.
    auto done = [](std::exception_ptr, Result<Slot>) {};
    net::co_spawn(dying,
                  scene.ledger.acquire(other, Want{scene.state, scene.queue, {}, Lane::interactive}, scene.client),
                  std::move(done));
    dying.poll();
    CHECK(scene.ledger.usage(scene.state, scene.queue).queued == 1);
    scene.slots[0].release();  // granted to it, posted to the first loop's inbox
  }
  scene.run();
  CHECK(scene.ledger.usage(scene.state, scene.queue).in_flight == 0);
  scene.ask("b");
  CHECK(scene.granted == Names{"a", "b"});
}

TEST_CASE("capacity: who waits follows the pool to its new endpoints", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1, {1});
  scene.ask("a");
  scene.ask("b");
  CHECK(scene.granted == Names{"a"});
  scene.pool(1, {2});
  scene.pass(1s);
  CHECK(scene.granted == Names{"a", "b"});
  CHECK(scene.slots[1].endpoint().address.port() == 2);
}

TEST_CASE("capacity: an endpoint that two pools name has one count", "[upstream][capacity]") {
  Scene scene;
  scene.pool(1);
  PoolState other;
  TenantQueue other_queue;
  auto list = std::make_shared<EndpointList>(EndpointList{{scene.ledger.endpoint(address(8069)), 1}});
  scene.ledger.set_endpoints(other, std::move(list), 1);
  scene.ask("a");
  bool granted = false;
  auto done = [&](std::exception_ptr, Result<Slot> slot) { granted = slot.has_value(); };
  net::co_spawn(scene.context, scene.ledger.acquire(scene.loop, Want{other, other_queue, {}}, scene.client),
                std::move(done));
  scene.run();
  CHECK_FALSE(granted);
  scene.release(0);
  CHECK(granted);
}

TEST_CASE("capacity: threads never exceed the workers and lose no slot", "[upstream][capacity][threads]") {
  constexpr unsigned kThreads = 4, kWorkers = 3, kRequests = 400;
  Ledger ledger(kThreads);
  PoolState pool;
  TenantQueue queue;
  auto list =
      std::make_shared<EndpointList>(EndpointList{{ledger.endpoint(address(1)), 1}, {ledger.endpoint(address(2)), 1}});
  ledger.set_endpoints(pool, std::move(list), kWorkers);
  std::atomic<unsigned> in_flight{0}, most{0}, served{0};
  std::vector<std::unique_ptr<net::io_context>> contexts;
  std::vector<std::unique_ptr<Loop>> loops;
  for (unsigned i = 0; i < kThreads; ++i) {
    contexts.push_back(std::make_unique<net::io_context>(1));
    loops.push_back(std::make_unique<Loop>(contexts[i]->get_executor(), i));
    ledger.enter(*loops[i]);
  }
  TestClient client;
  const auto request = [&](Loop& loop) -> Task<> {
    const Want want{pool, queue, {100'000, config::Duration{60'000}}};
    auto slot = co_await ledger.acquire(loop, want, client);
    if (!slot) co_return;
    const auto now = ++in_flight;
    for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) continue;
    co_await net::post(loop.executor, use_task);
    --in_flight;
    ++served;
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      auto ignore = [](std::exception_ptr) {};
      for (unsigned n = 0; n < kRequests; ++n) net::co_spawn(*contexts[i], request(*loops[i]), ignore);
      const auto guard = net::make_work_guard(*contexts[i]);
      while (served < kThreads * kRequests) contexts[i]->run_for(1ms);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(served == kThreads * kRequests);
  CHECK(most <= kWorkers * 2);
  CHECK(ledger.usage(pool, queue).in_flight == 0);
  CHECK(ledger.usage(pool, queue).queued == 0);
}
