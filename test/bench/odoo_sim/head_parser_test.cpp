#include "bench/odoo_sim/head_parser.hpp"

#include <catch2/catch.hpp>

#include "bench/odoo_sim/body_decoder.hpp"

using namespace gatehouse::odoo_sim;

namespace {

struct Parsed {
  int refusal;
  bool bare;
  Request request;
};

// Byte by byte, as the worst network brings it.
Parsed parse(std::string_view text, Dialect dialect = Dialect::werkzeug) {
  HeadParser parser(dialect);
  std::string buffer;
  for (const char c : text) {
    buffer += c;
    if (parser.feed(buffer)) return {parser.refusal(), parser.bare(), parser.take()};
  }
  FAIL("the head did not end");
  return {};
}

std::string decode(std::string_view head, std::string buffer, Dialect dialect = Dialect::werkzeug) {
  BodyDecoder decoder(parse(head, dialect).request, dialect);
  std::string body;
  if (!decoder.feed(buffer, body)) return "more";
  return decoder.broken() ? "broken" : body + "|" + buffer;
}

}  // namespace

TEST_CASE("head: line ends may be bare LF, folded lines are joined") {
  const auto parsed = parse("GET /a HTTP/1.1\nHost: x\nA: 1\r\n  2\n\n");
  CHECK(parsed.refusal == 0);
  CHECK(parsed.request.target == "/a");
  CHECK(*parsed.request.find("a") == "1 2");
}

TEST_CASE("head: a request without Host is an internal error on both ports") {
  CHECK(parse("GET / HTTP/1.1\r\n\r\n").refusal == 500);
  CHECK(parse("GET / HTTP/1.1\r\n\r\n", Dialect::gevent).refusal == 500);
}

TEST_CASE("head: more than 100 fields are 431 for werkzeug and 400 for gevent") {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 100; ++i) head += "F" + std::to_string(i) + ": 1\r\n";
  CHECK(parse(head + "\r\n").refusal == 431);
  CHECK(parse(head + "\r\n", Dialect::gevent).refusal == 400);
}

TEST_CASE("head: a long request line is 414, at another length on each port") {
  const std::string nine_kib = "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  CHECK(parse(nine_kib).refusal == 0);
  CHECK(parse(nine_kib, Dialect::gevent).refusal == 414);
  CHECK(parse("GET /" + std::string(70000, 'a')).refusal == 414);
  CHECK(parse("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(70000, 'a')).refusal == 431);
}

TEST_CASE("head: garbage is answered without a status line by werkzeug") {
  CHECK(parse("\x16\x03\x01 hello\r\n").bare);
  CHECK_FALSE(parse("\x16\x03\x01 hello\r\n", Dialect::gevent).bare);
}

TEST_CASE("head: an absolute-form target names the Host for werkzeug and is 404 for gevent") {
  constexpr auto kHead = "GET http://other.test/a?b HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto parsed = parse(kHead);
  CHECK(*parsed.request.find("Host") == "other.test");
  CHECK(parsed.request.target == "/a?b");
  CHECK(parse(kHead, Dialect::gevent).refusal == 404);
}

TEST_CASE("head: gevent drops names with an underscore, werkzeug does not") {
  constexpr auto kHead = "GET / HTTP/1.1\r\nHost: x\r\nX_Forwarded_Host: evil\r\n\r\n";
  CHECK(parse(kHead).request.find("X_Forwarded_Host") != nullptr);
  CHECK(parse(kHead, Dialect::gevent).request.find("X_Forwarded_Host") == nullptr);
}

TEST_CASE("body: of two lengths werkzeug takes the last and gevent the first") {
  constexpr auto kHead = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 3\r\n\r\n";
  CHECK(decode(kHead, "abcd") == "abc|d");
  CHECK(decode(kHead, "abcd", Dialect::gevent) == "a|bcd");
}

TEST_CASE("body: chunks win over a length") {
  constexpr auto kHead = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(decode(kHead, "2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nT: 1\r\n\r\nrest") == "abcde|rest");
  CHECK(decode(kHead, "2\r\nab\r\n") == "more");
  CHECK(decode(kHead, "zz\r\n") == "broken");
}

TEST_CASE("request: the path is decoded before routing, and slashes hardly matter") {
  Request request;
  request.target = "//web/database%2fmanager/?a=1&b=x%20y+z";
  CHECK(request.path() == "/web/database/manager");
  CHECK(request.query("b") == "x y z");
  CHECK(request.number("a", 7) == 1);
  CHECK(request.number("c", 7) == 7);
}
