#include "proxy/core/stats.hpp"

#include <algorithm>

namespace gatehouse {
namespace {

// Codes of one tenant with a count of their own: upstreams choose the statuses, so there must be an end to it.
constexpr std::size_t kMaxCodes = 128;
constexpr std::string_view kOther = "other";

TenantStats::Code* find(std::vector<TenantStats::Code>& codes, const TenantStats::Code& like) {
  const auto same = [&](const TenantStats::Code& c) {
    return c.status == like.status && c.websocket_pool == like.websocket_pool && c.path_class == like.path_class;
  };
  const auto it = std::find_if(codes.begin(), codes.end(), same);
  return it == codes.end() ? nullptr : &*it;
}

template <class T, std::size_t N>
void add(std::array<T, N>& to, const std::array<T, N>& from) {
  for (std::size_t i = 0; i < N; ++i) to[i] += from[i];
}

}  // namespace

void Histogram::observe(std::chrono::nanoseconds value) {
  const double seconds = std::chrono::duration<double>(value).count();
  const auto bucket = std::lower_bound(kDurationBuckets.begin(), kDurationBuckets.end(), seconds);
  ++buckets[static_cast<std::size_t>(bucket - kDurationBuckets.begin())];
  sum += seconds;
}

Histogram& Histogram::operator+=(const Histogram& other) {
  add(buckets, other.buckets);
  sum += other.sum;
  return *this;
}

TenantStats& TenantStats::operator+=(const TenantStats& other) {
  for (const Code& code : other.codes) {
    if (Code* const mine = find(codes, code)) mine->count += code.count;
    else codes.push_back(code);
  }
  add(duration, other.duration);
  add(upstream, other.upstream);
  add(queue, other.queue);
  add(causes, other.causes);
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  worker_seconds += other.worker_seconds;
  retries += other.retries;
  truncated += other.truncated;
  client_gone += other.client_gone;
  past_spool += other.past_spool;
  websockets += other.websockets;
  return *this;
}

ListenerStats& ListenerStats::operator+=(const ListenerStats& other) {
  connections += other.connections;
  accepted += other.accepted;
  refused_per_ip += other.refused_per_ip;
  refused_total += other.refused_total;
  return *this;
}

TenantStats& Stats::tenant(std::uint32_t series) {
  if (series >= tenants.size()) tenants.resize(series + 1);
  return tenants[series];
}

void Stats::record(const Record& record) {
  TenantStats& t = tenant(record.series);
  TenantStats::Code code{record.path_class, record.websocket_pool, static_cast<std::uint16_t>(record.status), 0};
  TenantStats::Code* found = find(t.codes, code);
  if (!found && t.codes.size() >= kMaxCodes) {
    code.path_class = kOther, code.status = 0;
    found = find(t.codes, code);
  }
  if (!found) {
    code.path_class = intern(code.path_class);
    found = &t.codes.emplace_back(code);
  }
  ++found->count;

  const std::size_t pool = record.websocket_pool;
  // A tunnel lasts as long as somebody keeps a page open: that is no request's duration.
  if (record.status != 101) t.duration[pool].observe(Clock::now() - record.started);
  const bool asked_upstream = !record.endpoint.empty();
  if (asked_upstream && record.upstream.count() > 0) t.upstream[pool].observe(record.upstream);
  if (asked_upstream || record.queue.count() > 0) t.queue[pool].observe(record.queue);

  if (record.cause) ++t.causes[static_cast<std::size_t>(*record.cause)];
  t.truncated += record.cause == Errc::upstream_truncated;
  t.client_gone += record.cause == Errc::client_gone;
  t.retries += record.retries;
  t.bytes_in += record.bytes_in;
  t.bytes_out += record.bytes_out;
}

Stats& Stats::operator+=(const Stats& other) {
  for (std::uint32_t i = 0; i < other.tenants.size(); ++i) {
    TenantStats& mine = tenant(i);
    mine += other.tenants[i];
    for (auto& code : mine.codes) code.path_class = intern(code.path_class);
  }
  if (listeners.size() < other.listeners.size()) listeners.resize(other.listeners.size());
  for (std::size_t i = 0; i < other.listeners.size(); ++i) listeners[i] += other.listeners[i];
  session_failures += other.session_failures;
  handed_over += other.handed_over;
  return *this;
}

std::string_view Stats::intern(std::string_view path_class) {
  const auto [it, fresh] = names_.try_emplace(std::string(path_class));
  if (fresh) it->second = it->first;
  return it->second;
}

std::uint32_t SeriesTable::place(const std::string& tenant) {
  const auto known = places_.find(tenant);
  if (known != places_.end()) return known->second;
  // A tenant that is called `other` is counted there: two series of one name would spoil the scrape.
  if (names_.size() > limit_ || tenant == names_[0]) return 0;
  const auto place = static_cast<std::uint32_t>(names_.size());
  names_.push_back(tenant);
  places_.emplace(tenant, place);
  return place;
}

}  // namespace gatehouse
