#include "proxy/core/deadline.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;

namespace {

struct Counting final : Deadline {
  using Deadline::Deadline;
  void on_expired() override { ++expirations; }
  int expirations = 0;
};

struct Scene {
  net::io_context context;
  DeadlineWheel wheel{context.get_executor()};
  TimePoint now = Clock::now();
  void advance(Clock::duration by) {
    const auto until = now + by;
    while (now < until) now = std::min<TimePoint>(until, now + DeadlineWheel::kTick), wheel.turn(now);
  }
};

}  // namespace

TEST_CASE("deadline: expires within a tick or two after its time and never before", "[core][deadline]") {
  for (const auto after : {10ms, 60ms, 1000ms, 24'000ms, 26'000ms, 90'000ms}) {
    Scene scene;
    Counting deadline(scene.wheel);
    deadline.arm(scene.now + after, Errc::head_timeout);
    scene.advance(after - 5ms);
    CHECK_FALSE(deadline.expired());
    scene.advance(2 * DeadlineWheel::kTick + 5ms);
    CHECK(deadline.expired());
    CHECK(deadline.why() == Errc::head_timeout);
  }
}

TEST_CASE("deadline: moved later, the first time passes without a sound", "[core][deadline]") {
  Scene scene;
  Counting deadline(scene.wheel);
  deadline.arm(scene.now + 100ms, Errc::head_timeout);
  deadline.arm(scene.now + 1s, Errc::body_timeout);
  scene.advance(900ms);
  CHECK(deadline.expirations == 0);
  scene.advance(300ms);
  CHECK(deadline.expirations > 0);
  CHECK(deadline.why() == Errc::body_timeout);
}

TEST_CASE("deadline: moved earlier, it does not wait for the old time", "[core][deadline]") {
  Scene scene;
  Counting deadline(scene.wheel);
  deadline.arm(scene.now + 20s, Errc::client_gone);
  deadline.arm(scene.now + 100ms, Errc::head_timeout);
  scene.advance(250ms);
  CHECK(deadline.expired());
}

TEST_CASE("deadline: the cancellation is repeated until the owner disarms", "[core][deadline]") {
  Scene scene;
  Counting deadline(scene.wheel);
  deadline.arm(scene.now + 100ms, Errc::head_timeout);
  scene.advance(500ms);
  const auto repeated = deadline.expirations;
  CHECK(repeated > 2);
  deadline.disarm();
  scene.advance(500ms);
  CHECK(deadline.expirations == repeated);
  deadline.arm(scene.now + 100ms, Errc::head_timeout);
  scene.advance(250ms);
  CHECK(deadline.expirations > repeated);
}

TEST_CASE("deadline: one far away costs a look a round, not one each tick", "[core][deadline]") {
  Scene scene;
  Counting deadline(scene.wheel);
  deadline.arm(scene.now + 10min, Errc::client_gone);
  const auto before = scene.wheel.looks();
  scene.advance(60s);
  CHECK(scene.wheel.looks() - before <= 3);
}

TEST_CASE("deadline: one that dies is forgotten, also from within another's expiry", "[core][deadline]") {
  struct Killer final : Deadline {
    using Deadline::Deadline;
    void on_expired() override { victim.reset(); }
    std::unique_ptr<Counting> victim;
  };
  Scene scene;
  Killer killer(scene.wheel);
  killer.victim = std::make_unique<Counting>(scene.wheel);
  killer.arm(scene.now + 100ms, Errc::internal);
  killer.victim->arm(scene.now + 100ms, Errc::internal);
  scene.advance(300ms);
  CHECK_FALSE(killer.victim);
}
