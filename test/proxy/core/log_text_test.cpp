#include "proxy/core/log_text.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace std::chrono_literals;

namespace {

template <class... Arguments>
std::string appended(void (*append)(std::string&, Arguments...), std::type_identity_t<Arguments>... arguments) {
  std::string out = ">";
  append(out, arguments...);
  return out.substr(1);
}

std::string json(std::string_view text) { return appended(append_json_string, text); }

}  // namespace

TEST_CASE("log text: a JSON string escapes quotes, backslashes and control characters") {
  CHECK(json("") == R"("")");
  CHECK(json("plain /web?db=x") == R"("plain /web?db=x")");
  CHECK(json("a\"b\\c") == R"("a\"b\\c")");
  CHECK(json("a\r\n\tb") == R"("a\r\n\tb")");
  CHECK(json(std::string_view("\0\x1b\x7f", 3)) == R"("\u0000\u001b\u007f")");
}

TEST_CASE("log text: good UTF-8 goes through, each bad byte becomes U+FFFD") {
  CHECK(json("für €😀") == "\"für €😀\"");
  CHECK(json("a\xff"
             "b") ==
        "\"a\uFFFD"
        "b\"");
  CHECK(json("\xc0\xaf") == "\"\uFFFD\uFFFD\"");            // overlong
  CHECK(json("\xed\xa0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");  // a surrogate
  CHECK(json("\xe2\x82") == "\"\uFFFD\uFFFD\"");            // cut off
  CHECK(json("\xf5\x80\x80\x80") == "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

TEST_CASE("log text: Apache's escapes") { CHECK(appended(append_apache, "a\"b\\c\n\xff") == R"(a\"b\\c\x0a\xff)"); }

TEST_CASE("log text: times are UTC, in both ways of writing them") {
  const std::chrono::system_clock::time_point time(1'700'000'000'007ms);
  CHECK(appended(append_time, time) == "2023-11-14T22:13:20.007Z");
  CHECK(appended(append_apache_time, time) == "14/Nov/2023:22:13:20 +0000");
  CHECK(appended(append_time, time + 992ms) == "2023-11-14T22:13:20.999Z");
  CHECK(appended(append_time, time + 993ms) == "2023-11-14T22:13:21.000Z");
  CHECK(appended(append_time, std::chrono::system_clock::time_point(1'709'164'800s)) == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("log text: milliseconds have microseconds behind the point and are never negative") {
  CHECK(appended(append_milliseconds, 12'345'678ns) == "12.345");
  CHECK(appended(append_milliseconds, 1us) == "0.001");
  CHECK(appended(append_milliseconds, -5ms) == "0.000");
  CHECK(appended(append_milliseconds, 3h) == "10800000.000");
}

TEST_CASE("log text: addresses of both families") {
  CHECK(appended(append_address, boost::asio::ip::make_address("192.0.2.7")) == "192.0.2.7");
  CHECK(appended(append_address, boost::asio::ip::make_address("2001:db8::1")) == "2001:db8::1");
}
