#include <catch2/catch.hpp>

#include "test/proxy/http/parsed.hpp"

namespace gatehouse::http::test {
namespace {

using namespace std::string_literals;
using Kind = Framing::Kind;

std::string ok(std::string_view fields) { return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n"; }
std::string status(std::string_view code, std::string_view fields = "") {
  return "HTTP/1.1 " + std::string(code) + " X\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE("response head: an ordinary answer is understood") {
  const ParsedResponse p(
      "HTTP/1.0 404 NOT FOUND\r\nServer: Werkzeug/2.0\r\nDate: a\r\nDate: b\r\nSet-Cookie: x=1\r\nSet-Cookie: y=2\r\n"
      "Content-Type: text/html\r\nContent-Length: 7\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
      "Keep-Alive: 5\r\nX-Accel-Redirect: /f\r\nX-Sendfile: /f\r\nX-Sendfile-Type: a\r\nTrailer: X\r\n\r\n");
  REQUIRE(name_of(p.wrong) == "good");
  CHECK(p.head.status == 404);
  CHECK(p.head.reason == "NOT FOUND");
  CHECK(p.head.minor_version == 0);
  CHECK_FALSE(p.info.keep_alive);
  CHECK(p.info.framing.kind == Kind::length);
  CHECK(p.info.framing.length == 7);
  CHECK(p.info.declared_length == 7u);
  CHECK(p.head.fields.size() == 4);
  CHECK(p.head.fields.get(Field::date) == "a");
  CHECK(p.head.fields.count(Field::set_cookie) == 2);
  CHECK(p.head.fields.get(Field::content_type) == "text/html");
}

TEST_CASE("response head: a body is framed by method, status and fields") {
  struct Row {
    std::string bytes;
    Verb request;
    Kind kind;
    std::optional<std::uint64_t> declared;
    bool keep_alive;
  };
  const Row rows[]{
      {ok("Content-Length: 3\r\n"), Verb::get, Kind::length, 3, true},
      {ok("Content-Length: 0\r\n"), Verb::get, Kind::length, 0, true},
      {ok("Transfer-Encoding: chunked\r\n"), Verb::get, Kind::chunked, {}, true},
      {ok(""), Verb::get, Kind::until_eof, {}, false},
      {ok("Connection: keep-alive\r\n"), Verb::get, Kind::until_eof, {}, false},
      {ok("Content-Length: 3\r\nConnection: close\r\n"), Verb::get, Kind::length, 3, false},
      {ok("Content-Length: 3\r\n"), Verb::head, Kind::none, 3, true},
      {ok("Transfer-Encoding: chunked\r\n"), Verb::head, Kind::none, {}, true},
      {ok(""), Verb::head, Kind::none, {}, true},
      {status("304", "Content-Length: 3\r\n"), Verb::get, Kind::none, 3, true},
      {status("304"), Verb::get, Kind::none, {}, true},
      {status("204"), Verb::get, Kind::none, {}, true},
      {status("204", "Content-Length: 0\r\n"), Verb::get, Kind::none, {}, true},
      {status("100"), Verb::post, Kind::none, {}, true},
      {status("103", "Link: a\r\n"), Verb::get, Kind::none, {}, true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", Verb::get, Kind::length, 3, false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: Keep-Alive\r\n\r\n", Verb::get, Kind::length, 3, true},
      {"HTTP/1.0 200 OK\r\n\r\n", Verb::get, Kind::until_eof, {}, false},
      {"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n", Verb::get, Kind::length, 3, true},
  };
  for (const auto& row : rows) {
    INFO(row.bytes);
    const ParsedResponse p(row.bytes, row.request);
    REQUIRE(name_of(p.wrong) == "good");
    CHECK(p.info.framing.kind == row.kind);
    CHECK(p.info.declared_length == row.declared);
    CHECK(p.info.keep_alive == row.keep_alive);
    CHECK_FALSE(p.head.fields.has(Field::content_length));
    CHECK_FALSE(p.head.fields.has(Field::transfer_encoding));
  }
}

TEST_CASE("response head: what is not of the protocol is malformed") {
  std::string many;
  for (int i = 0; i < 201; ++i) many += "X: a\r\n";
  const std::string rows[]{
      ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      ok("Content-Length: 5\r\nContent-Length: 6\r\n"),
      ok("Content-Length: 5\r\nContent-Length: 5\r\n"),
      ok("Content-Length: 5, 5\r\n"),
      ok("Content-Length: -1\r\n"),
      ok("Content-Length:\r\n"),
      ok("Content-Length: 9223372036854775808\r\n"),
      ok("Content-Length : 5\r\n"),
      ok("Transfer-Encoding: gzip, chunked\r\n"),
      ok("Transfer-Encoding: gzip\r\n"),
      ok("Transfer-Encoding: identity\r\n"),
      ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      ok("X: a\r\n b\r\n"),
      ok("X: a\0b\r\n"s),
      ok("X: a\rb\r\n"),
      ok("X: a\nY: b\r\n"),
      ok("X y: a\r\n"),
      ok("Connection: a b\r\n"),
      ok(": a\r\n"),
      "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
      "HTTP/1.1 200 O\x01K\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "HTTP/1.2 200 OK\r\n\r\n",
      "HTTP/0.9 200 OK\r\n\r\n",
      "http/1.1 200 OK\r\n\r\n",
      "ICY 200 OK\r\n\r\n",
      "HTTP/1.1 200\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1\t200 OK\r\n\r\n",
      "HTTP/1.1 99 OK\r\n\r\n",
      "HTTP/1.1 099 OK\r\n\r\n",
      "HTTP/1.1 600 OK\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 2x0 OK\r\n\r\n",
      "\r\nHTTP/1.1 200 OK\r\n\r\n",
      "<html>\n\n",
      status("100", "Content-Length: 0\r\n"),
      status("103", "Transfer-Encoding: chunked\r\n"),
      status("204", "Content-Length: 5\r\n"),
      status("204", "Transfer-Encoding: chunked\r\n"),
      status("101", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n"),
      ok("X: " + std::string(100'000, 'a') + "\r\n"),
      ok(many),
  };
  for (const auto& bytes : rows) {
    INFO(bytes.substr(0, 200));
    CHECK(name_of(ParsedResponse(bytes).wrong) == "upstream_malformed");
  }
  CHECK(name_of(ParsedResponse(ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), Verb::head).wrong) ==
        "upstream_malformed");
}

TEST_CASE("response head: a 101 answers a handshake and only that") {
  const auto switched = [](std::string_view fields) {
    const ParsedResponse p(status("101", fields), Verb::get, true);
    CHECK_FALSE(p.info.keep_alive);
    return name_of(p.wrong);
  };
  const std::string connection = "Connection: Upgrade\r\n", upgrade = "Upgrade: websocket\r\n",
                    accept = "Sec-WebSocket-Accept: x\r\n";
  CHECK(switched(connection + upgrade + accept) == "good");
  CHECK(switched(upgrade + accept) == "upstream_malformed");
  CHECK(switched(connection + accept) == "upstream_malformed");
  CHECK(switched(connection + upgrade) == "upstream_malformed");
  CHECK(switched(connection + upgrade + accept + accept) == "upstream_malformed");
  CHECK(switched(connection + "Upgrade: h2c\r\n" + accept) == "upstream_malformed");
  CHECK(switched(connection + upgrade + accept + "Content-Length: 0\r\n") == "upstream_malformed");
  const ParsedResponse refused(status("403", "Content-Length: 0\r\n"), Verb::get, true);
  CHECK(name_of(refused.wrong) == "good");
  const ParsedResponse good(status("101", connection + upgrade + accept), Verb::get, true);
  CHECK(good.head.fields.get(Field::sec_websocket_accept) == "x");
  CHECK_FALSE(good.head.fields.has(Field::upgrade));
}

}  // namespace gatehouse::http::test
