#include "proxy/core/stats.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace std::chrono_literals;

namespace {

// A page that an upstream has answered.
Record page(unsigned status = 200) {
  Record record;
  record.series = 2;
  record.started = Clock::now();
  record.path_class = "page";
  record.endpoint = "192.0.2.1:8069";
  record.upstream = 20ms;
  record.status = status;
  return record;
}

std::uint64_t count(const Histogram& histogram) {
  std::uint64_t all = 0;
  for (const auto bucket : histogram.buckets) all += bucket;
  return all;
}

std::uint64_t count(const TenantStats& tenant, std::string_view path_class, unsigned status) {
  std::uint64_t all = 0;
  for (const auto& code : tenant.codes) all += code.path_class == path_class && code.status == status ? code.count : 0;
  return all;
}

}  // namespace

TEST_CASE("stats: a histogram's bound belongs to its bucket, and what is above all goes into the last") {
  Histogram h;
  h.observe(0ns);
  h.observe(5ms);
  h.observe(5ms + 1ns);
  h.observe(120s);
  h.observe(121s);
  CHECK(h.buckets.front() == 2);
  CHECK(h.buckets[1] == 1);
  CHECK(h.buckets[kDurationBuckets.size() - 1] == 1);
  CHECK(h.buckets.back() == 1);
  CHECK(h.sum == Approx(241.01));
}

TEST_CASE("stats: a record is counted by tenant, class, pool and status") {
  Stats stats;
  stats.record(page());
  stats.record(page());
  stats.record(page(404));
  Record poll = page();
  poll.websocket_pool = true;
  stats.record(poll);
  REQUIRE(stats.tenants.size() == 3);
  CHECK(stats.tenants[0].codes.empty());
  const TenantStats& tenant = stats.tenants[2];
  REQUIRE(tenant.codes.size() == 3);
  CHECK(tenant.codes[0].count == 2);
  CHECK(tenant.codes[1].status == 404);
  CHECK(tenant.codes[2].websocket_pool);
  CHECK(count(tenant.duration[0]) == 3);
  CHECK(count(tenant.duration[1]) == 1);
}

TEST_CASE("stats: a class is remembered when the record's own bytes are gone") {
  Stats stats;
  std::string name = "shop feed of a tenant's own";
  Record record = page();
  record.path_class = name;
  stats.record(record);
  name.assign(name.size(), 'x');
  CHECK(stats.tenants[2].codes[0].path_class == "shop feed of a tenant's own");
}

TEST_CASE("stats: codes have an end, what comes behind is counted as other") {
  Stats stats;
  for (unsigned status = 100; status < 1000; ++status) stats.record(page(status));
  const TenantStats& tenant = stats.tenants[2];
  CHECK(tenant.codes.size() < 200);
  CHECK(count(tenant, "page", 100) == 1);
  std::uint64_t all = 0;
  for (const auto& code : tenant.codes) all += code.count;
  CHECK(all == 900);
  CHECK(count(tenant, "other", 0) == 900 - (tenant.codes.size() - 1));
}

TEST_CASE("stats: the upstream's time and the wait are observed where there was an upstream") {
  Stats stats;
  stats.record(page());
  Record refused = page(403);
  refused.endpoint = {};
  refused.upstream = {};
  stats.record(refused);
  CHECK(count(stats.tenants[2].upstream[0]) == 1);
  CHECK(count(stats.tenants[2].queue[0]) == 1);
  Record timed_out = refused;
  timed_out.queue = 30s;
  stats.record(timed_out);
  CHECK(count(stats.tenants[2].queue[0]) == 2);
  CHECK(stats.tenants[2].queue[0].sum == Approx(30));
}

TEST_CASE("stats: a websocket's life is no request's duration") {
  Stats stats;
  Record tunnel = page(101);
  tunnel.websocket_pool = true;
  stats.record(tunnel);
  CHECK(count(stats.tenants[2].duration[1]) == 0);
  CHECK(count(stats.tenants[2].upstream[1]) == 1);
}

TEST_CASE("stats: causes, retries and bytes are added up") {
  Stats stats;
  Record record = page(502);
  record.cause = Errc::upstream_truncated;
  record.retries = 2;
  record.bytes_in = 10;
  record.bytes_out = 100;
  stats.record(record);
  record.cause = Errc::client_gone;
  stats.record(record);
  const TenantStats& tenant = stats.tenants[2];
  CHECK(tenant.causes[static_cast<std::size_t>(Errc::upstream_truncated)] == 1);
  CHECK(tenant.truncated == 1);
  CHECK(tenant.client_gone == 1);
  CHECK(tenant.retries == 4);
  CHECK(tenant.bytes_in == 20);
  CHECK(tenant.bytes_out == 200);
  CHECK(tenant.worker_seconds == 0);
}

TEST_CASE("stats: those of two workers are added place by place") {
  Stats a, b;
  a.record(page());
  b.record(page());
  Record other = page(500);
  other.series = 5;
  other.cause = Errc::queue_full;
  b.record(other);
  a.tenant(2).worker_seconds = 1.5, b.tenant(2).worker_seconds = 2;
  a.tenant(2).websockets = 3, b.tenant(2).websockets = -1;
  b.tenant(2).past_spool = 1;
  a.listeners = {{1, 2, 3, 4}};
  b.listeners = {{10, 20, 30, 40}, {5, 6, 7, 8}};
  a.session_failures = 1, b.session_failures = 2;
  b.handed_over = 4;
  a += b;
  REQUIRE(a.tenants.size() == 6);
  CHECK(count(a.tenants[2], "page", 200) == 2);
  CHECK(a.tenants[2].codes.size() == 1);
  CHECK(a.tenants[2].worker_seconds == 3.5);
  CHECK(a.tenants[2].websockets == 2);
  CHECK(a.tenants[2].past_spool == 1);
  CHECK(a.tenants[5].causes[static_cast<std::size_t>(Errc::queue_full)] == 1);
  REQUIRE(a.listeners.size() == 2);
  CHECK(a.listeners[0].connections == 11);
  CHECK(a.listeners[0].refused_total == 44);
  CHECK(a.listeners[1].accepted == 6);
  CHECK(a.session_failures == 3);
  CHECK(a.handed_over == 4);
}

TEST_CASE("stats: a copy outlives what it was taken from") {
  auto worker = std::make_unique<Stats>();
  Record record = page();
  record.path_class = "a tenant's own class with a long name";
  worker->record(record);
  Stats copy = *worker;
  worker.reset();
  CHECK(count(copy.tenants[2], "a tenant's own class with a long name", 200) == 1);
  copy.record(record);
  CHECK(count(copy.tenants[2], "a tenant's own class with a long name", 200) == 2);
}

TEST_CASE("series: the first tenants have a place of their own and keep it") {
  SeriesTable table(2);
  CHECK(table.place("a") == 1);
  CHECK(table.place("b") == 2);
  CHECK(table.place("c") == 0);
  CHECK(table.place("a") == 1);
  CHECK(table.names() == std::vector<std::string>{"other", "a", "b"});
}

TEST_CASE("series: a tenant that is called other is counted as other") {
  SeriesTable table(2);
  CHECK(table.place("other") == 0);
  CHECK(table.names() == std::vector<std::string>{"other"});
}
