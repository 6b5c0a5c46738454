#include "config/units.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::config;
using namespace std::chrono_literals;

namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

bool matches(const char* network, const char* client) {
  const auto parsed = Network::parse(network);
  REQUIRE(parsed.has_value());
  return parsed->contains(address(client));
}

}  // namespace

TEST_CASE("units: a size is a whole number with or without a unit") {
  CHECK(parse_bytes("512") == Bytes{512});
  CHECK(parse_bytes("0") == Bytes{0});
  CHECK(parse_bytes("64KiB") == 64_KiB);
  CHECK(parse_bytes("128MiB") == 128_MiB);
  CHECK(parse_bytes("1GiB") == 1_GiB);
  CHECK(parse_bytes("2TiB") == 2048_GiB);
  CHECK(parse_bytes("64KB") == Bytes{64'000});
  CHECK(parse_bytes("18446744073709551615") == Bytes{std::uint64_t(-1)});
  for (const char* text :
       {"", "KiB", "-1", "+1", "1.5MiB", "1 KiB", "1kib", "1K", "0x10", "18446744073709551616", "16777216TiB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text).has_value());
  }
}

TEST_CASE("units: a time has exactly one unit, except zero") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("0") == 0ms);
  CHECK(parse_duration("0s") == 0ms);
  for (const char* text :
       {"", "10", "s", "1.5s", "-1s", "1m30s", "1 s", "1S", "1w", "99999999999999999999s", "40000d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("units: a share is a fraction or a percentage between 0 and 1") {
  CHECK(parse_share("0.2")->value == Approx(0.2));
  CHECK(parse_share("20%")->value == Approx(0.2));
  CHECK(parse_share("20 %")->value == Approx(0.2));
  CHECK(parse_share("0.5%")->value == Approx(0.005));
  CHECK(parse_share("0") == Share{0});
  CHECK(parse_share("100%") == Share{1});
  for (const char* text :
       {"", "%", " %", "1.1", "101%", "-1%", "-0", "+1", "nan", "inf", ".5", "20  %", "1e-1", "20%%"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_share(text).has_value());
  }
}

TEST_CASE("units: host:port takes IPv4, IPv6 in brackets and names, in lower case") {
  CHECK(parse_host_port("10.0.0.7:8069") == HostPort{"10.0.0.7", 8069});
  CHECK(parse_host_port("[::1]:8069") == HostPort{"::1", 8069});
  CHECK(parse_host_port("[2001:DB8:0::1]:1") == HostPort{"2001:db8::1", 1});
  CHECK(parse_host_port("Odoo.Internal:8069") == HostPort{"odoo.internal", 8069});
  CHECK(parse_host_port("odoo_web:0") == HostPort{"odoo_web", 0});
  CHECK(parse_host_port("odoo.svc.:80") == HostPort{"odoo.svc.", 80});
  for (const char* text : {"",         ":8069", "odoo",  "odoo:",        "odoo:http", "odoo:65536",   "odoo:-1",
                           "::1:8069", "[::1]", "[]:1",  "[10.0.0.1]:1", "10.0.0:1",  "10.0.0.256:1", "a..b:1",
                           ".a:1",     "-a:1",  "a b:1", "http://a:1",   "a/b:1",     "ä:1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host_port(text).has_value());
  }
  CHECK(HostPort{"::1", 80}.to_string() == "[::1]:80");
  CHECK(HostPort{"odoo", 80}.to_string() == "odoo:80");
}

TEST_CASE("units: a network is an address or CIDR with host bits zero") {
  CHECK(Network::parse("10.0.0.0/8")->to_string() == "10.0.0.0/8");
  CHECK(Network::parse("10.0.0.1")->to_string() == "10.0.0.1");
  CHECK(Network::parse("10.0.0.1/32") == Network::parse("10.0.0.1"));
  CHECK(Network::parse("2001:db8::/32")->to_string() == "2001:db8::/32");
  CHECK(Network::parse("::ffff:10.0.0.0/104") == Network::parse("10.0.0.0/8"));
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.128/24", "::1/64", "::/129",
                           "10.0.0/8", "10.0.0.0/+8", "10.0.0.0/8 ", "fe80::1%lo", "example.com"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text).has_value());
  }
}

TEST_CASE("units: a network contains what shares its prefix") {
  CHECK(matches("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(matches("10.0.0.0/8", "11.0.0.1"));
  CHECK(matches("198.51.100.128/25", "198.51.100.200"));
  CHECK_FALSE(matches("198.51.100.128/25", "198.51.100.127"));
  CHECK(matches("0.0.0.0/0", "1.2.3.4"));
  CHECK(matches("::1", "::1"));
  CHECK_FALSE(matches("::1", "::2"));
  CHECK(matches("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(matches("2001:db8::/33", "2001:db8:8000::1"));
}

TEST_CASE("units: a mapped IPv6 address matches IPv4 networks alone") {
  CHECK(matches("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(matches("::ffff:10.0.0.0/104", "10.1.2.3"));
  CHECK_FALSE(matches("::/0", "10.1.2.3"));
  CHECK_FALSE(matches("0.0.0.0/0", "2001:db8::1"));
}

TEST_CASE("units: times are RFC 3339") {
  const std::chrono::sys_seconds four = std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} + 4h;
  CHECK(parse_time("2026-12-01T04:00:00Z") == four);
  CHECK(parse_time("2026-12-01t04:00:00z") == four);
  CHECK(parse_time("2026-12-01T06:00:00+02:00") == four);
  CHECK(parse_time("2026-11-30T22:30:00-05:30") == four);
  CHECK(parse_time("2026-12-01T04:00:00.987Z") == four);
  CHECK(parse_time("2026-12-01") == four - 4h);
  CHECK(parse_time("2024-02-29T00:00:00Z").has_value());
  for (const char* text : {"", "2026", "2026-13-01", "2026-02-29", "2026-12-01T04:00:00", "2026-12-01T24:00:00Z",
                           "2026-12-01T04:60:00Z", "2026-12-01 04:00:00Z", "2026-12-01T04:00:00.Z",
                           "2026-12-01T04:00:00+2:00", "2026-12-01T04:00Z", "2026-12-01T04:00:00ZZ", "2026-12-01T"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("units: sizes and times print in the shortest exact form") {
  CHECK(to_string(Bytes{0}) == "0");
  CHECK(to_string(Bytes{1000}) == "1000");
  CHECK(to_string(64_KiB) == "64KiB");
  CHECK(to_string(1536_KiB) == "1536KiB");
  CHECK(to_string(1_GiB) == "1GiB");
  CHECK(to_string(Duration{250ms}) == "250ms");
  CHECK(to_string(Duration{10s}) == "10s");
  CHECK(to_string(Duration{90s}) == "90s");
  CHECK(to_string(Duration{5min}) == "5m");
  CHECK(to_string(Duration{1h}) == "1h");
  CHECK(to_string(Duration{48h}) == "2d");
  CHECK(to_string(Duration{0}) == "0s");
}
