#include "proxy/core/deadline.hpp"

namespace gatehouse {
namespace {

std::size_t tick_of(TimePoint at) {
  return static_cast<std::size_t>(at.time_since_epoch() /
                                  std::chrono::duration_cast<Clock::duration>(DeadlineWheel::kTick));
}

}  // namespace

void Deadline::arm(TimePoint at, Errc why) {
  at_ = at;
  why_ = why;
  expired_ = false;
  // Later than the wheel's next look: that look will find it. Earlier, or not in the wheel: move it there.
  if (!is_linked() || at < slot_time_) wheel_.insert(*this, Clock::now());
}

void Deadline::arm(Clock::duration in, Errc why) { arm(Clock::now() + in, why); }

DeadlineWheel::DeadlineWheel(Executor executor) : timer_(executor), turned_(Clock::now()) {}

void DeadlineWheel::insert(Deadline& deadline, TimePoint now) {
  const TimePoint horizon = std::max(now, turned_) + kTick * (kSlots - 2);  // one less, or it would be this turn's slot
  deadline.unlink();
  deadline.slot_time_ = std::clamp(deadline.at_, turned_, horizon);
  slots_[(tick_of(deadline.slot_time_) + 1) % kSlots].push_back(deadline);
}

void DeadlineWheel::start() {
  running_ = true;
  schedule();
}

void DeadlineWheel::stop() {
  running_ = false;
  timer_.cancel();
}

void DeadlineWheel::schedule() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](error_code ec) {
    if (ec || !running_) return;
    schedule();  // first: whatever fails in a turn must not end the turning
    turn(Clock::now());
  });
}

void DeadlineWheel::turn(TimePoint now) {
  // Those whose cancellation has not been acknowledged yet come first, then the slots that came due.
  Slot due;
  due.splice(due.end(), expired_);
  const auto last = std::min(tick_of(now), tick_of(turned_) + kSlots);
  for (auto tick = tick_of(turned_); tick <= last; ++tick) due.splice(due.end(), slots_[tick % kSlots]);
  turned_ = now;
  while (!due.empty()) {
    Deadline& deadline = due.front();
    due.pop_front();
    ++looks_;
    if (deadline.at_ == TimePoint::max()) continue;  // disarmed: it comes back when it is armed
    if (deadline.at_ > now) {
      insert(deadline, now);
      continue;
    }
    deadline.expired_ = true;
    expired_.push_back(deadline);
    deadline.on_expired();  // the last touch: it may destroy the deadline
  }
}

}  // namespace gatehouse
