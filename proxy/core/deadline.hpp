// Deadlines without timers: every deadline of a worker hangs in one hashed wheel that a single timer turns (Varghese
// and Lauck, "Hashed and Hierarchical Timing Wheels", 1987). Moving a deadline later costs a store; there is no system
// call.
#pragma once

#include <array>

#include <boost/intrusive/list.hpp>

#include "proxy/core/error.hpp"
#include "proxy/core/net.hpp"

namespace gatehouse {

class DeadlineWheel;

// Something that may take too long. The owner arms it before a wait, and looks at expired() after it: on_expired()
// cancels whatever the owner waits for. A cancellation can miss an operation whose handler is already queued, so it is
// repeated each tick until the owner disarms or arms anew.
class Deadline : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit Deadline(DeadlineWheel& wheel) : wheel_(wheel) {}
  Deadline(const Deadline&) = delete;
  virtual ~Deadline() = default;

  void arm(TimePoint at, Errc why);
  void arm(Clock::duration in, Errc why);
  void disarm() { at_ = TimePoint::max(), expired_ = false; }
  bool expired() const { return expired_; }
  TimePoint at() const { return at_; }
  Errc why() const { return why_; }

 protected:
  virtual void on_expired() = 0;

 private:
  friend class DeadlineWheel;
  DeadlineWheel& wheel_;
  TimePoint at_ = TimePoint::max();
  TimePoint slot_time_ = TimePoint::max();  // when the wheel looks at it next
  Errc why_ = Errc::internal;
  bool expired_ = false;
};

class DeadlineWheel {
 public:
  static constexpr auto kTick = 50ms;  // deadlines are kept to within this, never early
  explicit DeadlineWheel(Executor executor);

  void start();                                   // begins to turn
  void stop();                                    // lets the loop run out of work
  void turn(TimePoint now);                       // one look; start() does it each tick
  std::uint64_t looks() const { return looks_; }  // deadlines looked at so far: what turning costs

 private:
  friend class Deadline;
  static constexpr std::size_t kSlots = 512;  // 25.6 s a round; later ones are looked at once a round
  using Slot = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;

  void insert(Deadline& deadline, TimePoint now);
  void schedule();

  Timer timer_;
  std::array<Slot, kSlots> slots_;
  Slot expired_;
  TimePoint turned_;
  std::uint64_t looks_ = 0;
  bool running_ = false;
};

}  // namespace gatehouse
