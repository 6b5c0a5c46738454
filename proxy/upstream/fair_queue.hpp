// Who is next when a worker slot comes free: the one file that holds the policy. Plain and synchronous; the ledger
// calls it under its lock. Today: lanes in order of urgency, first come first served within each.
#pragma once

#include <array>
#include <cstdint>

#include <boost/intrusive/list.hpp>

namespace gatehouse::upstream {

class Ticket;

// What kind of work waits, most urgent first.
enum class Lane : std::uint8_t {
  hairpin,      // a report's own assets: it holds a worker until they come
  interactive,  // somebody looks at a spinner
  report,       // minutes long; never the last worker
  database,     // backup and restore: one at a time
};
inline constexpr std::size_t kLanes = 4;

// How many of a lane may be in flight at an endpoint of `limit` workers.
constexpr unsigned lane_cap(Lane lane, unsigned limit) {
  if (lane == Lane::report) return limit > 1 ? limit - 1 : 1;
  if (lane == Lane::database) return 1;
  return limit;
}

// One ticket waiting at one endpoint; a ticket waits at every endpoint that may serve it.
struct Waiting : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  Ticket* ticket = nullptr;
};

class FairQueue {
 public:
  void push(Waiting& waiting, Lane lane) { lanes_[static_cast<std::size_t>(lane)].push_back(waiting); }

  // The first that may run now, or null. It stays queued until its Waiting is unlinked. Those at the front of a lane
  // speak for it: when none of them may run, hardly any behind them may, and the ledger's lock is held.
  template <class MayRun>
  Ticket* next(MayRun may_run) {
    for (auto& lane : lanes_) {
      int looked_at = 0;
      for (auto& waiting : lane) {
        if (may_run(*waiting.ticket)) return waiting.ticket;
        if (++looked_at == kLook) break;
      }
    }
    return nullptr;
  }

 private:
  static constexpr int kLook = 16;
  std::array<boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>>, kLanes> lanes_;
};

}  // namespace gatehouse::upstream
