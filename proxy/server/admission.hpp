// How many connections there are, by worker and by client address. Shared by all workers; asked once a connection.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace gatehouse::server {

class Admission {
 public:
  explicit Admission(std::size_t workers) : counts_(workers) {}

  // Counts a connection of `address` unless it is one too many. `per_ip` 0: no limit.
  bool enter(const boost::asio::ip::address& address, unsigned per_ip);
  void leave(const boost::asio::ip::address& address);

  unsigned total() const { return total_.load(std::memory_order_relaxed); }
  // Connections by worker, kept by the workers themselves.
  void joined(std::size_t worker) { counts_[worker].value.fetch_add(1, std::memory_order_relaxed); }
  void left(std::size_t worker) { counts_[worker].value.fetch_sub(1, std::memory_order_relaxed); }
  // Who should have the next connection that `worker` accepted: SO_REUSEPORT spreads few long-lived connections badly,
  // so a worker that has clearly more than the least loaded hands it over.
  std::size_t place(std::size_t worker) const;

 private:
  static constexpr std::size_t kShards = 64;
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, unsigned> counts;
  };
  struct alignas(64) Count {
    std::atomic<unsigned> value{0};
  };
  static std::uint64_t key(const boost::asio::ip::address& address);  // IPv6 by /64

  std::array<Shard, kShards> shards_;
  std::vector<Count> counts_;
  std::atomic<unsigned> total_{0};
};

}  // namespace gatehouse::server
