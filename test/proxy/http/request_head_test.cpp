#include <catch2/catch.hpp>

#include "test/proxy/http/parsed.hpp"

namespace gatehouse::http::test {
namespace {

using namespace std::string_literals;

struct Row {
  std::string bytes;
  std::string_view expected;  // name of the Errc, or "good"
};

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    INFO(row.bytes);
    CHECK(name_of(ParsedRequest(row.bytes).wrong) == row.expected);
  }
}

std::string line(std::string_view start) { return std::string(start) + "\r\nHost: a.example\r\n\r\n"; }
std::string host(std::string_view value) { return "GET / HTTP/1.1\r\nHost: " + std::string(value) + "\r\n\r\n"; }

}  // namespace

TEST_CASE("request head: an ordinary request is understood") {
  const ParsedRequest p(
      "POST /web/login?db=x%20y HTTP/1.1\r\nHost: Shop.Example.COM:8443\r\nUser-Agent: x\r\n"
      "Content-Length: 12\r\nCookie: a=b\r\nCookie: c=d\r\nConnection: keep-alive\r\nX-Empty:\r\n\r\n");
  REQUIRE(name_of(p.wrong) == "good");
  CHECK(p.head.verb == Verb::post);
  CHECK(p.head.method == "POST");
  CHECK(p.head.target == "/web/login?db=x%20y");
  CHECK(p.head.path == "/web/login");
  CHECK(p.head.host == "shop.example.com");
  CHECK(p.head.port == 8443);
  CHECK(p.head.minor_version == 1);
  CHECK(p.head.framing.kind == Framing::Kind::length);
  CHECK(p.head.framing.length == 12);
  CHECK(p.head.keep_alive);
  CHECK(p.head.fields.size() == 4);
  CHECK(p.head.fields.count(Field::cookie) == 2);
  CHECK(p.head.fields.has(Field::user_agent));
  CHECK(p.head.fields.get("x-empty").empty());
}

TEST_CASE("request head: a browser's head fits a small arena") {
  const std::string bytes =
      get("Connection: keep-alive\r\nsec-ch-ua-platform: Linux\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
          "Accept: text/html\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\n"
          "Sec-Fetch-Dest: document\r\nReferer: https://a.example/\r\nAccept-Encoding: gzip, deflate, br\r\n"
          "Accept-Language: en\r\nCookie: session_id=0123456789abcdef0123456789abcdef01234567; cids=1\r\n");
  char block[1536];
  std::pmr::monotonic_buffer_resource arena(block, sizeof block, std::pmr::null_memory_resource());
  RequestHead head(arena);
  CHECK(name_of(parse_request_head(bytes, {}, arena, head)) == "good");
  CHECK(head.fields.size() == 11);
  CHECK(head.host.data() > bytes.data());
}

TEST_CASE("request head: a body has one length or one coding, or is refused") {
  check({
      {post("Content-Length: 5\r\n"), "good"},
      {post("Content-Length: 0\r\n"), "good"},
      {post("Content-Length:5\r\n"), "good"},
      {post("Content-Length: \t5 \t\r\n"), "good"},
      {post("Content-Length: 9223372036854775807\r\n"), "good"},
      {post("Transfer-Encoding: chunked\r\n"), "good"},
      {post("Transfer-Encoding: Chunked\r\n"), "good"},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), "bad_request"},
      {post("Content-Length: 2\r\nContent-Length: 2\r\n"), "bad_request"},
      {post("Content-Length: 2\r\nContent-Length: 3\r\n"), "bad_request"},
      {post("Content-Length: 2, 2\r\n"), "bad_request"},
      {post("Content-Length: 2, 3\r\n"), "bad_request"},
      {post("Content-Length: -1\r\n"), "bad_request"},
      {post("Content-Length: -0\r\n"), "bad_request"},
      {post("Content-Length: +5\r\n"), "bad_request"},
      {post("Content-Length: 0x5\r\n"), "bad_request"},
      {post("Content-Length: 0_5\r\n"), "bad_request"},
      {post("Content-Length: 5.0\r\n"), "bad_request"},
      {post("Content-Length: 5 5\r\n"), "bad_request"},
      {post("Content-Length: 5;a=b\r\n"), "bad_request"},
      {post("Content-Length: \"5\"\r\n"), "bad_request"},
      {post("Content-Length:\r\n"), "bad_request"},
      {post("Content-Length:\r\nContent-Length: 5\r\n"), "bad_request"},
      {post("Content-Length: 9223372036854775808\r\n"), "bad_request"},
      {post("Content-Length: 18446744073709551621\r\n"), "bad_request"},
      {post("Content-Length: 100000000000000000000000000000000000000\r\n"), "bad_request"},
      {post("Content-Length : 5\r\n"), "bad_request"},
      {post("Content-Length\t: 5\r\n"), "bad_request"},
      {post("Content-Length\r\n"), "bad_request"},
      {post("Transfer-Encoding: identity\r\n"), "bad_request"},
      {post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n"), "bad_request"},
      {post("Transfer-Encoding: identity, chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked, identity\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked, gzip\r\n"), "bad_request"},
      {post("Transfer-Encoding: gzip\r\n"), "bad_request"},
      {post("Transfer-Encoding: gzip, chunked\r\n"), "unsupported_coding"},
      {post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), "unsupported_coding"},
      {post("Transfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n"), "bad_request"},
      {post("Transfer-Encoding: ,chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked,\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked, chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "bad_request"},
      {post("Transfer-Encoding:\r\n"), "bad_request"},
      {post("Transfer-Encoding:\r\nContent-Length: 5\r\n"), "bad_request"},
      {post("Transfer-Encoding: xchunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunkedx\r\n"), "bad_request"},
      {post("Transfer-Encoding: \"chunked\"\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked;q=1\r\n"), "bad_request"},
      {post("Transfer-Encoding: \x0b"s + "chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\x0c\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\0\r\n"s), "bad_request"},
      {post("Transfer-Encoding: \xa0"s + "chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding : chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding:\r\n chunked\r\n"), "bad_request"},
      {post("Transfer-Encoding: chunked\r\n \r\n"), "bad_request"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "bad_request"},
      {"POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "bad_request"},
      {"POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "good"},
      {get("Content-Length: 5\r\n"), "good"},
      {"OPTIONS / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "good"},
  });
}

TEST_CASE("request head: lines end in CRLF and nothing is folded") {
  check({
      {"GET / HTTP/1.1\nHost: a\n\n", "bad_request"},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", "bad_request"},
      {"GET / HTTP/1.1\nHost: a\r\n\r\n", "bad_request"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", "bad_request"},
      {"GET / HTTP/1.1\rHost: a\r\n\r\n", "bad_request"},
      {"GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request"},
      {get("X: a\rb\r\n"), "bad_request"},
      {get("X\r: a\r\n"), "bad_request"},
      {get("X: a\r\r\n"), "bad_request"},
      {get("X: a\nY: b\r\n"), "bad_request"},
      {get("X: a\0b\r\n"s), "bad_request"},
      {get("X: a\r\n b\r\n"), "bad_request"},
      {get("X: a\r\n\tb\r\n"), "bad_request"},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "bad_request"},
      {get("X Y: a\r\n"), "bad_request"},
      {get("X\tY: a\r\n"), "bad_request"},
      {get(" X: a\r\n"), "bad_request"},
      {get("X : a\r\n"), "bad_request"},
      {get(": a\r\n"), "bad_request"},
      {get("X\r\n"), "bad_request"},
      {get("X[]: a\r\n"), "bad_request"},
      {get("X\x80: a\r\n"), "bad_request"},
      {get("X\xff: a\r\n"), "bad_request"},
      {get("X\0: a\r\n"s), "bad_request"},
      {get("X: a\tb \x80\xff\r\n"), "good"},
      {"GET / HTTP/1.1\r\nHost: a\r\n", "bad_request"},
      {"", "bad_request"},
      {"\r\n\r\n", "bad_request"},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request"},
      {"\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n"s, "bad_request"},
  });
}

TEST_CASE("request head: a request line is a method, a target and a version with one space between") {
  check({
      {line("GET / HTTP/1.1"), "good"},
      {line("GET / HTTP/1.2"), "good"},
      {line("GET / HTTP/1.9"), "good"},
      {line("GET / HTTP/1.0"), "good"},
      {line("GET  / HTTP/1.1"), "bad_request"},
      {line("GET /  HTTP/1.1"), "bad_request"},
      {line("GET / HTTP/1.1 "), "bad_request"},
      {line(" GET / HTTP/1.1"), "bad_request"},
      {line("GET\t/ HTTP/1.1"), "bad_request"},
      {line("GET /\tHTTP/1.1"), "bad_request"},
      {line("GET /a b HTTP/1.1"), "bad_request"},
      {line("GET / HTTP/01.1"), "bad_request"},
      {line("GET / HTTP/1.01"), "bad_request"},
      {line("GET / http/1.1"), "bad_request"},
      {line("GET / HTTP/1"), "bad_request"},
      {line("GET / HTTP/1."), "bad_request"},
      {line("GET / HTTP/11"), "bad_request"},
      {line("GET / HTTP/a.1"), "bad_request"},
      {line("GET / HTTP/1,1"), "bad_request"},
      {line("GET / HTTPS/1.1"), "bad_request"},
      {line("GET / ICY/1.1"), "bad_request"},
      {line("GET /"), "bad_request"},
      {line("GET"), "bad_request"},
      {line(""), "bad_request"},
      {line("GET HTTP/1.1"), "bad_request"},
      {line("GET  HTTP/1.1"), "bad_request"},
      {line(" / HTTP/1.1"), "bad_request"},
      {line("G(T / HTTP/1.1"), "bad_request"},
      {line("GET / HTTP/2.0"), "unsupported_version"},
      {line("GET / HTTP/0.9"), "unsupported_version"},
      {line("GET / HTTP/3.1"), "unsupported_version"},
      {"PRI * HTTP/2.0\r\n\r\n", "unsupported_version"},
      {line("get / HTTP/1.1"), "method_not_allowed"},
      {line("FOO / HTTP/1.1"), "method_not_allowed"},
      {line("TRACE / HTTP/1.1"), "method_not_allowed"},
      {line("CONNECT a.example:443 HTTP/1.1"), "method_not_allowed"},
      {"TRACE / HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: 0\r\n\r\n", "method_not_allowed"},
      {line("PATCH / HTTP/1.1"), "good"},
      {line("PROPFIND / HTTP/1.1"), "good"},
      {line("OPTIONS * HTTP/1.1"), "good"},
      {line("GET * HTTP/1.1"), "bad_target"},
      {line("GET web HTTP/1.1"), "bad_target"},
      {line("GET a.example:443 HTTP/1.1"), "bad_target"},
      {line("GET /#x HTTP/1.1"), "bad_target"},
      {line("GET /?x#y HTTP/1.1"), "bad_target"},
      {line("GET /\xc3\xa9 HTTP/1.1"), "bad_target"},
      {line("GET /?\xc3\xa9 HTTP/1.1"), "bad_target"},
  });
}

TEST_CASE("request head: a request names one host") {
  check({
      {host("a.example"), "good"},
      {host("A.Example."), "good"},
      {host("a:80"), "good"},
      {host("a:"), "good"},
      {host("[::1]:8080"), "good"},
      {host("127.0.0.1"), "good"},
      {host(""), "bad_host"},
      {host("a, b"), "bad_host"},
      {host("a b"), "bad_host"},
      {host("a/x"), "bad_host"},
      {host("x@a"), "bad_host"},
      {host("a?x"), "bad_host"},
      {host("a#x"), "bad_host"},
      {host("a:abc"), "bad_host"},
      {host("a:99999"), "bad_host"},
      {host("a:0"), "bad_host"},
      {host("a:80:80"), "bad_host"},
      {host("a:-1"), "bad_host"},
      {host("a\\b"), "bad_host"},
      {host("a..b"), "bad_host"},
      {host("\xc3\xa9.example"), "bad_host"},
      {host("http://a"), "bad_host"},
      {"GET / HTTP/1.1\r\n\r\n", "bad_host"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "bad_host"},
      {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "bad_host"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "bad_request"},
      {"GET / HTTP/1.0\r\n\r\n", "good"},
      {"GET / HTTP/1.0\r\nHost:\r\n\r\n", "bad_host"},
      {"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "good"},
      {"GET http://A.example:80/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "good"},
      {"GET https://a.example/ HTTP/1.1\r\nHost: a.example:443\r\n\r\n", "good"},
      {"GET https://a.example/ HTTP/1.1\r\nHost: a.example:80\r\n\r\n", "bad_host"},
      {"GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n", "bad_host"},
      {"GET http://a.example:81/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_host"},
      {"GET http://a.example/ HTTP/1.1\r\n\r\n", "bad_host"},
      {"GET http://x@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"},
      {"GET http:///x HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"},
      {"GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"},
  });
  const ParsedRequest absolute("GET http://A.example/x HTTP/1.0\r\n\r\n");
  CHECK(absolute.head.host == "a.example");
  CHECK(absolute.head.target == "/x");
  CHECK(ParsedRequest("GET / HTTP/1.0\r\n\r\n").head.host.empty());
}

TEST_CASE("request head: a name with an underscore is dropped, whatever it would fold onto") {
  const ParsedRequest p(
      post("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX_Forwarded_For: 1.2.3.4\r\n_: a\r\nX-A: b\r\n"));
  REQUIRE(name_of(p.wrong) == "good");
  CHECK(p.head.framing.kind == Framing::Kind::none);
  REQUIRE(p.head.fields.size() == 1);
  CHECK(p.head.fields.begin()->name == "X-A");
}

TEST_CASE("request head: what belongs to one hop is taken off") {
  const ParsedRequest p(
      get("Connection: X-Real-Ip, close, X-Hop,,\r\nX-Real-IP: 1.2.3.4\r\nX-hop: a\r\nX-Hop: b\r\nKeep-Alive: 5\r\n"
          "Proxy-Connection: keep-alive\r\nProxy-Authorization: x\r\nProxy: http://evil\r\nTE: trailers\r\n"
          "Trailer: X\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nAccept: a\r\nUpgrade-Insecure-Requests: 1\r\n"));
  REQUIRE(name_of(p.wrong) == "good");
  CHECK_FALSE(p.head.keep_alive);
  CHECK_FALSE(p.head.websocket);
  REQUIRE(p.head.fields.size() == 2);
  CHECK(p.head.fields.get(Field::accept) == "a");
  CHECK(p.head.fields.get("Upgrade-Insecure-Requests") == "1");
  // Who the client is, is found after parsing: what trusted peers say stays visible.
  CHECK(ParsedRequest(get("X-Forwarded-For: 1.2.3.4\r\n")).head.fields.get("x-forwarded-for") == "1.2.3.4");
}

TEST_CASE("request head: Connection cannot make a field vanish that others rely on") {
  check({
      {get("Connection: Host\r\n"), "bad_request"},
      {get("Connection: close, content-length\r\n"), "bad_request"},
      {get("Connection: Cookie\r\nCookie: a\r\n"), "bad_request"},
      {get("Connection: authorization\r\n"), "bad_request"},
      {get("Connection: X-Forwarded-For\r\n"), "bad_request"},
      {get("Connection: close\r\nConnection: x-forwarded-proto\r\n"), "bad_request"},
      {get("Connection: a b\r\n"), "bad_request"},
      {get("Connection: close;x\r\n"), "bad_request"},
      {get("Connection: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\r\n"), "good"},
      {get("Connection: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\r\n"), "bad_request"},
      {get("Connection:\r\n"), "good"},
  });
}

TEST_CASE("request head: a connection stays open as the version and the client say") {
  const auto keeps = [](std::string_view version, std::string_view connection) {
    return ParsedRequest("GET / " + std::string(version) + "\r\nHost: a\r\nConnection: " + std::string(connection) +
                         "\r\n\r\n")
        .head.keep_alive;
  };
  CHECK(keeps("HTTP/1.1", ""));
  CHECK_FALSE(keeps("HTTP/1.1", "Close"));
  CHECK_FALSE(keeps("HTTP/1.1", "keep-alive, close"));
  CHECK_FALSE(keeps("HTTP/1.0", ""));
  CHECK(keeps("HTTP/1.0", "Keep-Alive"));
  CHECK_FALSE(keeps("HTTP/1.0", "keep-alive, close"));
}

TEST_CASE("request head: an expectation is met, refused, or not known to HTTP/1.0") {
  const ParsedRequest p(post("Expect: 100-Continue\r\nContent-Length: 1\r\n"));
  CHECK(p.head.expect_continue);
  CHECK_FALSE(p.head.fields.has(Field::expect));
  CHECK(ParsedRequest(post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n")).head.expect_continue);
  CHECK_FALSE(ParsedRequest(post("Expect: 100-continue\r\nContent-Length: 0\r\n")).head.expect_continue);
  CHECK_FALSE(ParsedRequest(get("Expect: 100-continue\r\n")).head.expect_continue);
  check({
      {post("Expect: 200-ok\r\nContent-Length: 1\r\n"), "expectation_failed"},
      {post("Expect: 100-continue, x\r\nContent-Length: 1\r\n"), "expectation_failed"},
      {post("Expect: 100-continue\r\nExpect: x\r\n"), "expectation_failed"},
      {"POST / HTTP/1.0\r\nHost: a\r\nExpect: x\r\nContent-Length: 1\r\n\r\n", "good"},
  });
  CHECK_FALSE(
      ParsedRequest("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n").head.expect_continue);
}

TEST_CASE("request head: a websocket handshake is whole or refused") {
  const std::string upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n", key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const ParsedRequest good(get(upgrade + version + key + "Sec-WebSocket-Protocol: x\r\n"));
  REQUIRE(name_of(good.wrong) == "good");
  CHECK(good.head.websocket);
  CHECK(good.head.fields.size() == 3);
  check({
      {get(upgrade + key + "Sec-WebSocket-Version: 8\r\n"), "upgrade_required"},
      {get(upgrade + key), "upgrade_required"},
      {get(upgrade + version), "bad_request"},
      {get(upgrade + version + key + key), "bad_request"},
      {get(upgrade + version + version + key), "bad_request"},
      {get(upgrade + version + "Sec-WebSocket-Key: short\r\n"), "bad_request"},
      {post(upgrade + version + key), "bad_request"},
      {get(upgrade + version + key + "Content-Length: 5\r\n"), "bad_request"},
      {get(upgrade + version + key + "Transfer-Encoding: chunked\r\n"), "bad_request"},
  });
  // Without the option in Connection, for another protocol, or in HTTP/1.0 it is a request like any other.
  CHECK_FALSE(ParsedRequest(get("Upgrade: websocket\r\n" + version + key)).head.websocket);
  CHECK_FALSE(ParsedRequest(get("Connection: upgrade\r\nUpgrade: h2c\r\n")).head.websocket);
  const ParsedRequest old("GET / HTTP/1.0\r\nHost: a\r\n" + upgrade + version + key + "\r\n");
  CHECK(name_of(old.wrong) == "good");
  CHECK_FALSE(old.head.websocket);
}

TEST_CASE("request head: sizes and numbers are bounded") {
  const auto fields = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "X-" + std::to_string(i) + ": a\r\n";
    return text;
  };
  check({
      {get(fields(99)), "good"},
      {get(fields(100)), "head_too_large"},
      {get("X: " + std::string(70 << 10, 'a') + "\r\n"), "head_too_large"},
      {line("GET /" + std::string((16 << 10) - 1, 'a') + " HTTP/1.1"), "good"},
      {line("GET /" + std::string(16 << 10, 'a') + " HTTP/1.1"), "target_too_long"},
  });
}

TEST_CASE("request head: every byte at every place is accepted or refused as the grammar says") {
  const std::string_view token_specials = "!#$%&'*+-.^_`|~";
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const std::string byte(1, c);
    const bool alnum = i < 128 && std::isalnum(i);
    const bool token = alnum || (c != '\0' && token_specials.find(c) != std::string_view::npos);
    const bool value = c == '\t' || (i >= 0x20 && i != 0x7f);
    const auto good = [](const std::string& bytes) { return !ParsedRequest(bytes).wrong; };
    INFO("byte " << i);
    CHECK(good(get("X" + byte + "Y: a\r\n")) == (token || c == ':'));
    CHECK(good(get(byte + "X: a\r\n")) == token);
    CHECK(good(get("X" + byte + ": a\r\n")) == (token || c == ':'));
    CHECK(good(get("X:" + byte + "a\r\n")) == value);
    CHECK(good(get("X: a" + byte + "b\r\n")) == value);
    CHECK(good(get("X: 0123456789abc" + byte + "defghijklmnop\r\n")) == value);
    CHECK(good(get("X: a" + byte + "\r\n")) == value);
    CHECK_FALSE(good(line("GET" + byte + "/ HTTP/1.1")) != (c == ' '));
    CHECK_FALSE(good(line("GET / HTTP/1.1" + byte)));
    CHECK_FALSE(good(line(byte + "GET / HTTP/1.1")));
    CHECK(good(line("GET / HTTP/1." + byte)) == (i < 128 && std::isdigit(i)));
    CHECK(good(post("Content-Length: 1" + byte + "\r\n")) == (c == ' ' || c == '\t' || (i < 128 && std::isdigit(i))));
    CHECK(good(post("Transfer-Encoding: chunked" + byte + "\r\n")) == (c == ' ' || c == '\t'));
    CHECK(good(host("a" + byte)) == (alnum || c == '-' || c == '_' || c == '.' || c == ':' || c == ' ' || c == '\t'));
  }
}

TEST_CASE("find_head_end: the end is found wherever the bytes are cut") {
  const std::string_view heads[]{"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                 "GET / HTTP/1.1\nHost: a\n\n",
                                 "GET /\r\n\n",
                                 "GET /\n\r\n",
                                 "\n\n",
                                 "\r\n\r\n"};
  for (const auto head : heads) {
    const std::string bytes = std::string(head) + "GET /next";
    std::size_t whole = 0;
    CHECK(find_head_end(bytes, whole) == head.size());
    std::size_t scanned = 0;
    for (std::size_t n = 0; n < head.size(); ++n) {
      INFO(head << " cut at " << n);
      CHECK(find_head_end(std::string_view(bytes).substr(0, n), scanned) == 0);
      CHECK(scanned <= n);
    }
    CHECK(find_head_end(head, scanned) == head.size());
  }
  std::size_t scanned = 0;
  CHECK(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n\rx", scanned) == 0);
}

TEST_CASE("leading_empty_lines: two are skipped, not more") {
  CHECK(leading_empty_lines("GET /") == 0);
  CHECK(leading_empty_lines("\r") == 0);
  CHECK(leading_empty_lines("\n") == 0);
  CHECK(leading_empty_lines("\r\nGET /") == 2);
  CHECK(leading_empty_lines("\r\n\r\nGET /") == 4);
  CHECK(leading_empty_lines("\r\n\r\n\r\n") == 4);
}

TEST_CASE("hopeless: what starts with no method is given up before its end") {
  CHECK_FALSE(hopeless(""));
  CHECK_FALSE(hopeless("G"));
  CHECK_FALSE(hopeless("GET "));
  CHECK_FALSE(hopeless("GET /\x01"));
  CHECK_FALSE(hopeless("PRI * HTTP/2.0\r\n"));
  CHECK(hopeless("\x16\x03\x01"));
  CHECK(hopeless("\r\n"));
  CHECK(hopeless("\n"));
  CHECK(hopeless(" GET"));
  CHECK(hopeless("GET\t/"));
  CHECK(hopeless("\0"s));
  CHECK(hopeless(std::string(30, 'A')));
}

}  // namespace gatehouse::http::test
