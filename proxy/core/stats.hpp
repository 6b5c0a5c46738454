// What a worker counts. Plain numbers of one thread: no atomics, no lookup by label; the control thread asks each
// worker for a copy when somebody scrapes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/core/exchange.hpp"

namespace gatehouse {

// Upper bounds of the duration buckets in seconds; the last one is +Inf.
inline constexpr std::array<double, 14> kDurationBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                         1,     2.5,  5,     10,   30,  60,   120};

struct Histogram {
  std::array<std::uint64_t, kDurationBuckets.size() + 1> buckets{};
  double sum = 0;
  void observe(std::chrono::nanoseconds value);
  Histogram& operator+=(const Histogram& other);
};

// Of one tenant; place 0 is `other`.
struct TenantStats {
  struct Code {
    std::string_view path_class;  // literal or a tenant's own name, interned by Stats
    bool websocket_pool;
    std::uint16_t status;
    std::uint64_t count;
  };
  std::vector<Code> codes;                             // few: found by a linear look
  std::array<Histogram, 2> duration, upstream, queue;  // [0] web, [1] websocket
  std::array<std::uint64_t, kErrcCount> causes{};      // shed and failed, by reason
  std::uint64_t bytes_in = 0, bytes_out = 0;
  double worker_seconds = 0;
  std::uint64_t retries = 0, truncated = 0, client_gone = 0, past_spool = 0;
  std::int64_t websockets = 0;
  TenantStats& operator+=(const TenantStats& other);  // the classes' names stay the other's
};

struct ListenerStats {
  std::int64_t connections = 0;
  std::uint64_t accepted = 0, refused_per_ip = 0, refused_total = 0;
  ListenerStats& operator+=(const ListenerStats& other);
};

struct Stats {
  Stats() = default;
  Stats(const Stats& other) { *this += other; }  // names interned anew: a copy outlives the worker
  Stats(Stats&&) = default;
  Stats& operator=(const Stats& other) { return *this = Stats(other); }
  Stats& operator=(Stats&&) = default;

  std::vector<TenantStats> tenants{1};
  std::vector<ListenerStats> listeners;
  std::uint64_t session_failures = 0;  // exceptions that ended a session: bugs
  std::uint64_t handed_over = 0;       // connections given to a less loaded worker

  TenantStats& tenant(std::uint32_t series);  // grows to it
  void record(const Record& record);          // once per exchange, after its last byte
  Stats& operator+=(const Stats& other);

 private:
  std::string_view intern(std::string_view path_class);
  std::unordered_map<std::string, std::string_view> names_;
};

// Which tenants have series of their own: the first `limit` that were seen; whoever is in stays in. Control thread.
class SeriesTable {
 public:
  explicit SeriesTable(std::uint32_t limit) : limit_(limit) {}
  std::uint32_t place(const std::string& tenant);                   // 0: no room, counted as `other`
  const std::vector<std::string>& names() const { return names_; }  // [0] is "other"

 private:
  std::uint32_t limit_;
  std::vector<std::string> names_{"other"};
  std::unordered_map<std::string, std::uint32_t> places_;
};

}  // namespace gatehouse
