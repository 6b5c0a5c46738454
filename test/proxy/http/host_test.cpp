#include "proxy/http/host.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::http {
namespace {

std::string authority(std::string_view text) {
  char into[256];
  const auto parsed = parse_authority(text, into);
  return parsed ? std::string(parsed->host) + "|" + std::to_string(parsed->port) : "refused";
}

}  // namespace

TEST_CASE("host: one form for every spelling of a name") {
  struct Row {
    std::string host;
    std::string normal;  // empty: no such name
  };
  const std::string label63(63, 'a'), label64(64, 'a');
  const std::string long253 = label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a');
  const std::string long254 = label63 + "." + label63 + "." + label63 + "." + std::string(62, 'a');
  const Row rows[]{
      {"example.com", "example.com"},
      {"EXAMPLE.Com.", "example.com"},
      {"my_db.example.com", "my_db.example.com"},
      {"b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example"},
      {"B\xc3\x9c"
       "CHER.example",
       "xn--bcher-kva.example"},
      {"stra\xc3\x9f"
       "e.de",
       "xn--strae-oqa.de"},
      {"xn--bcher-kva.example", "xn--bcher-kva.example"},
      {"\xe4\xbe\x8b\xe3\x80\x82test", "xn--fsq.test"},
      {"127.0.0.1", "127.0.0.1"},
      {"[::1]", "[::1]"},
      {"[2001:DB8:0:0::1]", "[2001:db8::1]"},
      {label63, label63},
      {long253, long253},
      {long253 + ".", long253},
      {"", ""},
      {".", ""},
      {"a..b", ""},
      {".a", ""},
      {"a..", ""},
      {"a b", ""},
      {"a/b", ""},
      {"a:80", ""},
      {"a*", ""},
      {label64, ""},
      {long254, ""},
      {"[::1", ""},
      {"[]", ""},
      {"[::g]", ""},
      {"[fe80::1%eth0]", ""},
      {"[127.0.0.1]", ""},
      {"::1", ""},
      {"\xff.example", ""},
      {"\xe2\x80\x8b.example", ""},
  };
  for (const auto& row : rows) {
    INFO(row.host);
    CHECK(normalise_host(row.host).value_or("") == row.normal);
  }
}

TEST_CASE("host: an authority is a host and perhaps a port") {
  CHECK(authority("A.example") == "a.example|0");
  CHECK(authority("a.example.:8069") == "a.example|8069");
  CHECK(authority("a:") == "a|0");
  CHECK(authority("a:65535") == "a|65535");
  CHECK(authority("[::1]") == "[::1]|0");
  CHECK(authority("[0::1]:443") == "[::1]|443");
  for (const char* text : {"",
                           ":80",
                           "a:65536",
                           "a:0",
                           "a:080",
                           "a:000080",
                           "a:8 0",
                           "a:+80",
                           "a:80:80",
                           "a,b",
                           "a@b",
                           "a\\b",
                           "a%41",
                           "[::1]x",
                           "[::1]:x",
                           "[::1",
                           "b\xc3\xbc"
                           "cher.example",
                           "a;b",
                           "a'b",
                           "a\tb"}) {
    INFO(text);
    CHECK(authority(text) == "refused");
  }
  CHECK(authority(std::string_view("a\0b", 3)) == "refused");
  CHECK(authority(std::string_view("[::1\0]", 6)) == "refused");
}

}  // namespace gatehouse::http
