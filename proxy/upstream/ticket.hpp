// A request that waits for a slot. Lives in its coroutine; decided under the ledger's lock.
#pragma once

#include <deque>

#include "proxy/upstream/capacity.hpp"

namespace gatehouse::upstream {

class Ticket : private Deadline,
               public boost::intrusive::list_base_hook<boost::intrusive::tag<Ticket>,
                                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  enum class State : std::uint8_t { queued, granted, taken, abandoned };

  // With the lock held.
  Ticket(Ledger& ledger, Loop& loop, const Want& want);
  ~Ticket();  // abandons; a grant that nobody took goes to the next

  Lane lane() const { return lane_; }
  unsigned limit() const { return limit_; }
  bool outdated(const PoolState& pool) const;  // the pool has changed since; with the lock held
  bool any_healthy(TimePoint now) const;       // among the endpoints it waits for; with the lock held
  // With the lock held: the endpoint is this ticket's.
  void grant(EndpointPtr endpoint);
  std::optional<Slot> take();  // takes the lock
  std::size_t worker() const { return loop_.index; }
  void wake() { waker_.wake(); }  // on its loop

  // Until granted, or until `at`.
  Task<> wait(TimePoint at);

 private:
  void on_expired() override { waker_.wake(); }
  void leave_queue();

  Ledger& ledger_;
  Loop& loop_;
  TenantQueue& queue_;
  Lane lane_;
  unsigned limit_;
  std::shared_ptr<const EndpointList> endpoints_;
  std::deque<Waiting> waiting_;  // one for each endpoint
  State state_ = State::queued;
  EndpointPtr granted_;
  Waker waker_;
};

// Grants on their way to one worker: however many there are, its loop is woken once.
struct Ledger::Inbox {
  using Hook = boost::intrusive::list_base_hook<boost::intrusive::tag<Ticket>,
                                                boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  Inbox(Ledger& ledger, Executor executor) : ledger(ledger), executor(executor) {}
  void wake();

  Ledger& ledger;
  Executor executor;
  boost::intrusive::list<Ticket, boost::intrusive::base_hook<Hook>, boost::intrusive::constant_time_size<false>>
      granted;
  std::atomic<bool> posted{false};
};

}  // namespace gatehouse::upstream
