#include <catch2/catch.hpp>

#include "test/config/document.hpp"

using namespace gatehouse::config;
using namespace std::chrono_literals;

TEST_CASE("reader: yes and no are no bools") {
  CHECK(value_of<bool>("k: true"));
  CHECK_FALSE(value_of<bool>("k: false", true));
  CHECK(problems_of<bool>("k: yes") == Lines{"k: expected true or false, got `yes`"});
  CHECK(problems_of<bool>("k: 'true'") == Lines{"k: expected true or false, got `true`"});
  CHECK(problems_of<bool>("k: 1") == Lines{"k: expected true or false, got 1"});
}

TEST_CASE("reader: integers keep their bounds") {
  CHECK(value_of<std::uint16_t>("k: 65535", {}, 1, 65535) == 65535);
  CHECK(value_of<int>("k: -5", 0, -10, 10) == -5);
  CHECK(value_of<std::int64_t>("k: 9223372036854775807", 0, 0, INT64_MAX) == INT64_MAX);
  CHECK(problems_of<std::uint16_t>("k: 70000", 1, 1, 65535) == Lines{"k: expected 1..65535, got 70000"});
  CHECK(problems_of<std::int64_t>("k: 0", 4, 1, INT64_MAX) == Lines{"k: expected at least 1, got 0"});
  CHECK(problems_of<std::int64_t>("k: 9223372036854775808", 4, 1, INT64_MAX) ==
        Lines{"k: expected at least 1, got 9223372036854775808"});
  CHECK(problems_of<int>("k: 1.5", 1, 1, 9) == Lines{"k: expected a whole number, got 1.5"});
  CHECK(problems_of<int>("k: auto", 1, 1, 9) == Lines{"k: expected a whole number, got `auto`"});
}

TEST_CASE("reader: numbers keep their bounds") {
  CHECK(value_of<double>("k: 0.5", {}, 0, 1) == 0.5);
  CHECK(value_of<double>("k: 1", {}, 0, 1) == 1);
  CHECK(problems_of<double>("k: 2", 0.25, 0, 1) == Lines{"k: expected 0..1, got 2"});
  CHECK(problems_of<double>("k: .nan", 0.25, 0, 1).size() == 1);
  CHECK(problems_of<double>("k: half", 0.25, 0, 1) == Lines{"k: expected a number, got `half`"});
}

TEST_CASE("reader: a time needs a unit, except zero") {
  CHECK(value_of<std::chrono::seconds>("k: 10s") == 10s);
  CHECK(value_of<std::chrono::nanoseconds>("k: 250ms") == 250ms);
  CHECK(value_of<std::chrono::minutes>("k: 1h") == 60min);
  CHECK(value_of<std::chrono::milliseconds>("k: 0", 5ms) == 0ms);
  CHECK(problems_of<std::chrono::seconds>("k: 10") ==
        Lines{"k: expected a time with its unit (250ms, 10s, 5m, 1h), got 10"});
  CHECK(problems_of<std::chrono::seconds>("k: soon") ==
        Lines{"k: expected a time with its unit (250ms, 10s, 5m, 1h), got `soon`"});
  CHECK(problems_of<std::chrono::seconds>("k: 2h", 60s, Duration{1s}, Duration{1h}) ==
        Lines{"k: expected 1s..1h, got `2h`"});
  CHECK(problems_of<std::chrono::seconds>("k: 0", 60s, Duration{1s}) == Lines{"k: expected at least 1s, got 0"});
}

TEST_CASE("reader: a time is never rounded to the field's unit") {
  CHECK(problems_of<std::chrono::seconds>("k: 1500ms") == Lines{"k: expected a multiple of 1s, got `1500ms`"});
  CHECK(value_of<std::chrono::duration<double>>("k: 1500ms").count() == 1.5);
}

TEST_CASE("reader: sizes are numbers or words") {
  CHECK(value_of<Bytes>("k: 512") == Bytes{512});
  CHECK(value_of<Bytes>("k: 128MiB") == 128_MiB);
  CHECK(problems_of<Bytes>("k: -1") == Lines{"k: expected a size (512, 64KiB, 128MiB), got -1"});
  CHECK(problems_of<Bytes>("k: big") == Lines{"k: expected a size (512, 64KiB, 128MiB), got `big`"});
  CHECK(problems_of<Bytes>("k: 1KiB", 4_KiB, 2_KiB) == Lines{"k: expected at least 2KiB, got `1KiB`"});
  CHECK(problems_of<Bytes>("k: 1GiB", 4_KiB, 2_KiB, 1_MiB) == Lines{"k: expected 2KiB..1MiB, got `1GiB`"});
}

TEST_CASE("reader: shares are numbers or percentages") {
  CHECK(value_of<Share>("k: 0.2") == Share{0.2});
  CHECK(value_of<Share>("k: 20%") == Share{0.2});
  CHECK(value_of<Share>("k: 1") == Share{1});
  CHECK(problems_of<Share>("k: 20") == Lines{"k: expected a share (0.2 or 20%), got 20"});
  CHECK(problems_of<Share>("k: 120%") == Lines{"k: expected a share (0.2 or 20%), got `120%`"});
}

TEST_CASE("reader: addresses, networks and times are words") {
  CHECK(value_of<HostPort>("k: '[::1]:8069'") == HostPort{"::1", 8069});
  CHECK(problems_of<HostPort>("k: odoo") == Lines{"k: expected host:port, got `odoo`"});
  CHECK(value_of<Network>("k: 10.0.0.0/8") == *Network::parse("10.0.0.0/8"));
  CHECK(problems_of<Network>("k: 10.0.0.1/8") ==
        Lines{"k: expected an address or a network (10.0.0.0/8, host bits zero), got `10.0.0.1/8`"});
  CHECK(value_of<std::chrono::sys_seconds>("k: 2026-12-01T04:00:00Z") == *parse_time("2026-12-01T04:00:00Z"));
  CHECK(problems_of<std::chrono::sys_seconds>("k: tomorrow") ==
        Lines{"k: expected a time (2026-12-01T04:00:00Z), got `tomorrow`"});
}

TEST_CASE("reader: the environment is expanded in every kind of value") {
  setenv("CONFIG_TEST_N", "8", 1);
  setenv("CONFIG_TEST_T", "true", 1);
  CHECK(value_of<std::string>("k: 'a${CONFIG_TEST_N}'") == "a8");
  CHECK(value_of<int>("k: '${CONFIG_TEST_N}'", 0, 0, 10) == 8);
  CHECK(value_of<double>("k: '0.${CONFIG_TEST_N}'", 0, 0, 10) == 0.8);
  CHECK(value_of<bool>("k: '${CONFIG_TEST_T}'"));
  CHECK(value_of<Bytes>("k: '${CONFIG_TEST_N}KiB'") == 8_KiB);
  CHECK(value_of<std::chrono::seconds>("k: '${CONFIG_TEST_N}s'") == 8s);
  CHECK(value_of<HostPort>("k: 'odoo:${CONFIG_TEST_N}'") == HostPort{"odoo", 8});
  CHECK(value_of<Lines>("k: ['${CONFIG_TEST_N}', b]") == Lines{"8", "b"});
  CHECK(value_of<Secret>("k: '${CONFIG_TEST_N}'").reveal() == "8");
}
