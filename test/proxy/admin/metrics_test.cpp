#include "proxy/admin/metrics.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::admin;
using namespace std::chrono_literals;

namespace {

std::uint64_t& cause(TenantStats& tenant, Errc code) { return tenant.causes[static_cast<std::size_t>(code)]; }

Snapshot snapshot() {
  Snapshot s;
  s.tenants = {"other", "acme"};
  s.listeners = {"web"};
  s.stats.tenant(1);
  s.version = "1.2.3";
  return s;
}

// Is this a whole line of the exposition?
bool shows(const Snapshot& s, const std::string& line) {
  return ("\n" + expose(s)).find("\n" + line + "\n") != std::string::npos;
}
bool mentions(const Snapshot& s, const std::string& text) { return expose(s).find(text) != std::string::npos; }

// Each metric once, with something in it.
Snapshot everything() {
  Snapshot s = snapshot();
  Record record;
  record.started = Clock::now();
  record.path_class = "page";
  record.endpoint = "192.0.2.1:8069";
  record.upstream = 20ms;
  record.status = 200;
  record.bytes_in = record.bytes_out = record.retries = 1;
  for (std::uint32_t series : {0, 1}) {
    record.series = series;
    record.websocket_pool = series == 1;
    s.stats.record(record);
    TenantStats& tenant = s.stats.tenant(series);
    for (auto& count : tenant.causes) count = 1;
    tenant.worker_seconds = 0.1;
    tenant.truncated = tenant.client_gone = tenant.past_spool = 1;
    tenant.websockets = 1;
  }
  s.stats.listeners = {{1, 2, 3, 4}};
  s.pools = {{"acme", "web", 1, 2, 4}, {"acme", "websocket", 1, 0, 0}};
  s.endpoints = {{"192.0.2.1:8069", 1, true}, {"[2001:db8::1]:8069", 0, false}};
  return s;
}

}  // namespace

TEST_CASE("metrics: requests by tenant, pool, class and code") {
  Snapshot s = snapshot();
  s.stats.tenant(1).codes = {{"page", false, 200, 7}, {"websocket", true, 101, 2}, {"", false, 400, 1}};
  CHECK(shows(s, R"(gatehouse_requests_total{tenant="acme",pool="web",class="page",code="200"} 7)"));
  CHECK(shows(s, R"(gatehouse_requests_total{tenant="acme",pool="websocket",class="websocket",code="101"} 2)"));
  CHECK(shows(s, R"(gatehouse_requests_total{tenant="acme",pool="web",class="none",code="400"} 1)"));
}

TEST_CASE("metrics: durations, waits and the upstream's times are histograms by tenant and pool") {
  Snapshot s = snapshot();
  s.stats.tenant(1).duration[0].observe(300ms);
  s.stats.tenant(1).duration[0].observe(200s);
  s.stats.tenant(1).upstream[1].observe(250ms);
  s.stats.tenant(1).queue[0].observe(1ms);
  CHECK(shows(s, R"(gatehouse_request_duration_seconds_count{tenant="acme",pool="web"} 2)"));
  CHECK(shows(s, R"(gatehouse_request_duration_seconds_bucket{tenant="acme",pool="web",le="0.25"} 0)"));
  CHECK(shows(s, R"(gatehouse_request_duration_seconds_bucket{tenant="acme",pool="web",le="0.5"} 1)"));
  CHECK(shows(s, R"(gatehouse_request_duration_seconds_bucket{tenant="acme",pool="web",le="120"} 1)"));
  CHECK(shows(s, R"(gatehouse_request_duration_seconds_bucket{tenant="acme",pool="web",le="+Inf"} 2)"));
  CHECK(mentions(s, R"(gatehouse_request_duration_seconds_sum{tenant="acme",pool="web"} 200.3)"));
  CHECK(shows(s, R"(gatehouse_upstream_duration_seconds_bucket{tenant="acme",pool="websocket",le="0.25"} 1)"));
  CHECK(shows(s, R"(gatehouse_queue_wait_seconds_bucket{tenant="acme",pool="web",le="0.005"} 1)"));
  CHECK_FALSE(mentions(s, R"(gatehouse_queue_wait_seconds_count{tenant="acme",pool="websocket"})"));
}

TEST_CASE("metrics: shed is what found no room, and nothing else") {
  Snapshot s = snapshot();
  cause(s.stats.tenant(1), Errc::queue_full) = 3;
  cause(s.stats.tenant(1), Errc::too_many_sockets) = 2;
  cause(s.stats.tenant(1), Errc::origin_denied) = 9;
  cause(s.stats.tenant(1), Errc::upstream_timeout) = 9;
  CHECK(shows(s, R"(gatehouse_shed_total{tenant="acme",reason="queue_full"} 3)"));
  CHECK(shows(s, R"(gatehouse_shed_total{tenant="acme",reason="too_many_sockets"} 2)"));
  CHECK_FALSE(mentions(s, R"(gatehouse_shed_total{tenant="acme",reason="origin_denied"})"));
  CHECK_FALSE(mentions(s, R"(gatehouse_shed_total{tenant="acme",reason="upstream_timeout"})"));
}

TEST_CASE("metrics: every cause is in exactly one counter") {
  const std::string text = expose(everything());
  for (std::size_t i = 0; i < kErrcCount; ++i) {
    const std::string reason = "tenant=\"acme\",reason=\"" + std::string(meaning(static_cast<Errc>(i)).name) + "\"}";
    const auto first = text.find(reason);
    INFO(reason);
    CHECK(first != std::string::npos);
    CHECK(text.find(reason, first + 1) == std::string::npos);
  }
}

TEST_CASE("metrics: what the upstream did wrong, and what was refused") {
  Snapshot s = snapshot();
  cause(s.stats.tenant(1), Errc::upstream_worker_died) = 4;
  cause(s.stats.tenant(0), Errc::unknown_host) = 5;
  CHECK(shows(s, R"(gatehouse_upstream_failures_total{tenant="acme",reason="upstream_worker_died"} 4)"));
  CHECK(shows(s, R"(gatehouse_refused_total{tenant="other",reason="unknown_host"} 5)"));
}

TEST_CASE("metrics: a tenant's counters and its websockets") {
  Snapshot s = snapshot();
  TenantStats& tenant = s.stats.tenant(1);
  tenant.retries = 1, tenant.truncated = 2, tenant.client_gone = 3, tenant.past_spool = 4;
  tenant.worker_seconds = 12.5;
  tenant.bytes_in = 10, tenant.bytes_out = 20;
  tenant.websockets = 6;
  CHECK(shows(s, R"(gatehouse_retries_total{tenant="acme"} 1)"));
  CHECK(shows(s, R"(gatehouse_truncated_total{tenant="acme"} 2)"));
  CHECK(shows(s, R"(gatehouse_client_gone_total{tenant="acme"} 3)"));
  CHECK(shows(s, R"(gatehouse_past_spool_total{tenant="acme"} 4)"));
  CHECK(shows(s, R"(gatehouse_worker_seconds_total{tenant="acme"} 12.5)"));
  CHECK(shows(s, R"(gatehouse_bytes_total{tenant="acme",direction="in"} 10)"));
  CHECK(shows(s, R"(gatehouse_bytes_total{tenant="acme",direction="out"} 20)"));
  CHECK(shows(s, R"(gatehouse_websockets{tenant="acme"} 6)"));
}

TEST_CASE("metrics: a pool's load, and its saturation where it has a limit") {
  Snapshot s = snapshot();
  s.pools = {{"acme", "web", 3, 2, 4}, {"acme", "websocket", 7, 0, 0}};
  CHECK(shows(s, R"(gatehouse_inflight{tenant="acme",pool="web"} 3)"));
  CHECK(shows(s, R"(gatehouse_queue_depth{tenant="acme",pool="web"} 2)"));
  CHECK(shows(s, R"(gatehouse_saturation_ratio{tenant="acme",pool="web"} 1.25)"));
  CHECK(shows(s, R"(gatehouse_inflight{tenant="acme",pool="websocket"} 7)"));
  CHECK_FALSE(mentions(s, R"(gatehouse_saturation_ratio{tenant="acme",pool="websocket"})"));
}

TEST_CASE("metrics: pools of tenants without a series are added up as other") {
  Snapshot s = snapshot();
  s.pools = {{"b", "web", 3, 1, 4}, {"c", "web", 4, 0, 4}, {"d", "web", 5, 0, 0}};
  CHECK(shows(s, R"(gatehouse_inflight{tenant="other",pool="web"} 12)"));
  CHECK(shows(s, R"(gatehouse_saturation_ratio{tenant="other",pool="web"} 1)"));
  CHECK_FALSE(mentions(s, R"(tenant="b")"));
}

TEST_CASE("metrics: listeners") {
  Snapshot s = snapshot();
  s.stats.listeners = {{1, 2, 3, 4}};
  CHECK(shows(s, R"(gatehouse_connections{listener="web"} 1)"));
  CHECK(shows(s, R"(gatehouse_accepted_total{listener="web"} 2)"));
  CHECK(shows(s, R"(gatehouse_connections_refused_total{listener="web",limit="per_ip"} 3)"));
  CHECK(shows(s, R"(gatehouse_connections_refused_total{listener="web",limit="total"} 4)"));
}

TEST_CASE("metrics: endpoints") {
  Snapshot s = snapshot();
  s.endpoints = {{"192.0.2.1:8069", 5, true}};
  CHECK(shows(s, R"(gatehouse_endpoint_inflight{endpoint="192.0.2.1:8069"} 5)"));
  CHECK(shows(s, R"(gatehouse_endpoint_ejected{endpoint="192.0.2.1:8069"} 1)"));
}

TEST_CASE("metrics: the node's own") {
  Snapshot s = snapshot();
  s.registry_tenants = 1, s.registry_hosts = 2, s.registry_age_seconds = 3.5, s.registry_synced = true,
  s.registry_problems = 4;
  s.spool_bytes = 5, s.spool_failures = 6, s.log_dropped = 7, s.reloads = 8, s.reload_failures = 9,
  s.uncapped_tenants = 10;
  s.expired_tenants = 3;
  s.stats.session_failures = 11, s.stats.handed_over = 12;
  CHECK(shows(s, "gatehouse_registry_tenants 1"));
  CHECK(shows(s, "gatehouse_registry_hosts 2"));
  CHECK(shows(s, "gatehouse_registry_age_seconds 3.5"));
  CHECK(shows(s, "gatehouse_registry_synced 1"));
  CHECK(shows(s, "gatehouse_registry_failures_total 4"));
  CHECK(shows(s, "gatehouse_spool_bytes 5"));
  CHECK(shows(s, "gatehouse_spool_failures_total 6"));
  CHECK(shows(s, "gatehouse_access_log_dropped_total 7"));
  CHECK(shows(s, R"(gatehouse_reloads_total{result="ok"} 8)"));
  CHECK(shows(s, R"(gatehouse_reloads_total{result="failed"} 9)"));
  CHECK(shows(s, "gatehouse_tenants_uncapped 10"));
  CHECK(shows(s, "gatehouse_tenants_expired 3"));
  CHECK(shows(s, "gatehouse_session_failures_total 11"));
  CHECK(shows(s, "gatehouse_connections_handed_over_total 12"));
  CHECK(shows(s, R"(gatehouse_build_info{version="1.2.3"} 1)"));
}

TEST_CASE("metrics: promtool finds nothing wrong") {
  if (::access("/usr/bin/promtool", X_OK) != 0) {
    WARN("no /usr/bin/promtool (Debian package prometheus): not checked");
    return;
  }
  std::FILE* const promtool = ::popen("/usr/bin/promtool check metrics", "w");
  REQUIRE(promtool != nullptr);
  const std::string text = expose(everything());
  CHECK(std::fwrite(text.data(), 1, text.size(), promtool) == text.size());
  CHECK(::pclose(promtool) == 0);
}

TEST_CASE("metrics: every one has a help") {
  const std::string text = expose(everything());
  std::size_t families = 0;
  for (std::size_t at = text.find("# TYPE "); at != std::string::npos; at = text.find("# TYPE ", at + 1)) {
    const std::string name = text.substr(at + 7, text.find(' ', at + 7) - at - 7);
    INFO(name);
    CHECK(text.find("# HELP " + name + " ") != std::string::npos);
    ++families;
  }
  CHECK(families == 36);
}
