#include "proxy/server/admission.hpp"

namespace gatehouse::server {

std::uint64_t Admission::key(const boost::asio::ip::address& address) {
  if (address.is_v4()) return address.to_v4().to_uint();
  const auto v6 = address.to_v6();
  const auto bytes = v6.to_bytes();
  if (v6.is_v4_mapped())
    return std::uint64_t(bytes[12]) << 24 | std::uint64_t(bytes[13]) << 16 | std::uint64_t(bytes[14]) << 8 | bytes[15];
  std::uint64_t prefix = 0;
  for (int i = 0; i < 8; ++i) prefix = prefix << 8 | bytes[static_cast<std::size_t>(i)];
  return prefix;
}

bool Admission::enter(const boost::asio::ip::address& address, unsigned per_ip) {
  const auto k = key(address);
  Shard& shard = shards_[k % kShards];
  {
    const std::lock_guard lock(shard.mutex);
    auto& count = shard.counts[k];
    if (per_ip > 0 && count >= per_ip) return false;
    ++count;
  }
  total_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Admission::leave(const boost::asio::ip::address& address) {
  const auto k = key(address);
  Shard& shard = shards_[k % kShards];
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.counts.find(k);
    if (found != shard.counts.end() && --found->second == 0) shard.counts.erase(found);
  }
  total_.fetch_sub(1, std::memory_order_relaxed);
}

std::size_t Admission::place(std::size_t worker) const {
  const auto mine = counts_[worker].value.load(std::memory_order_relaxed);
  std::size_t least = worker;
  unsigned fewest = mine;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto count = counts_[i].value.load(std::memory_order_relaxed);
    if (count < fewest) least = i, fewest = count;
  }
  const bool clearly_more = mine > fewest + 1 + mine / 8;
  return clearly_more ? least : worker;
}

}  // namespace gatehouse::server
