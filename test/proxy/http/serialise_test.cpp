#include "proxy/http/serialise.hpp"

#include <catch2/catch.hpp>

#include "test/proxy/http/parsed.hpp"
#include "test/support/exchange.hpp"

namespace gatehouse::http::test {
namespace {

std::string written(const ParsedRequest& p, const UpstreamRequest& how,
                    const Client& client = gatehouse::test::TestClient()) {
  REQUIRE(name_of(p.wrong) == "good");
  std::string out;
  write_request(out, p.head, client, "id-1", how);
  return out;
}

std::string written(unsigned status, const ClientResponse& how, std::string_view reason = {}) {
  std::pmr::monotonic_buffer_resource arena;
  ResponseHead head(arena);
  head.status = status;
  head.reason = reason;
  head.fields.add(Field::date, "now");
  std::string out;
  write_response(out, head, how);
  return out;
}

}  // namespace

TEST_CASE("serialise: a request goes upstream in canonical form") {
  const ParsedRequest p(
      "GET /a%2fb?x HTTP/1.1\r\nhost: A.example:8069\r\nX-Forwarded-For: 6.6.6.6\r\nx-forwarded-host: evil\r\nAccept:  "
      "a \r\n"
      "Forwarded: for=6.6.6.6\r\nX-Real-Ip: 6.6.6.6\r\nX-Request-Id: theirs\r\nX-Odoo-Database: "
      "other\r\nX.Forwarded.For: 6.6.6.6\r\n"
      "X-Accel-Redirect: /x\r\nCookie: a=b\r\nCookie: c=d\r\nConnection: keep-alive\r\nX-Requested-With: x\r\n\r\n");
  CHECK(written(p, {.host = "a.example:8069"}) ==
        "GET /a/b?x HTTP/1.1\r\nHost: a.example:8069\r\nX-Forwarded-Host: a.example:8069\r\nX-Forwarded-For: "
        "192.0.2.7\r\n"
        "X-Forwarded-Proto: http\r\nX-Request-Id: id-1\r\nAccept: a\r\nCookie: a=b\r\nCookie: c=d\r\nX-Requested-With: "
        "x\r\n"
        "Connection: close\r\n\r\n");
}

TEST_CASE("serialise: a body has the length that was spooled, whatever the client framed it with") {
  const auto text = written(ParsedRequest(post("Transfer-Encoding: chunked\r\n")),
                            {.host = "a", .content_length = 5, .has_body = true, .keep_alive = true});
  CHECK(text.ends_with("X-Request-Id: id-1\r\nContent-Length: 5\r\n\r\n"));
  CHECK(text.find("Transfer-Encoding") == std::string::npos);
  CHECK(written(ParsedRequest(post("Content-Length: 0\r\n")), {.host = "a", .has_body = true})
            .find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("serialise: addresses and schemes are said as the client's") {
  gatehouse::test::TestClient client;
  client.address = net::ip::make_address("2001:db8::1");
  client.tls = true;
  const auto text = written(ParsedRequest("GET / HTTP/1.1\r\nHost: a.example:443\r\n\r\n"), {.host = "h"}, client);
  CHECK(text.find("X-Forwarded-Host: a.example\r\nX-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: https\r\n") !=
        std::string::npos);
}

TEST_CASE("serialise: what is ours to say is said once") {
  const ParsedRequest p(get("X-Odoo-Database: theirs\r\n"));
  const Fields::Entry own[]{{Field::unknown, "X-Odoo-Database", "ours"}};
  const auto text = written(p, {.host = "a", .own = own});
  CHECK(text.find("X-Odoo-Database: ours\r\n") != std::string::npos);
  CHECK(text.find("theirs") == std::string::npos);
}

TEST_CASE("serialise: a policy cannot frame a message") {
  ParsedRequest p(get(""));
  for (const auto id : {Field::content_length, Field::transfer_encoding, Field::connection, Field::host, Field::expect})
    p.head.fields.add(id, "x");
  CHECK(written(p, {.host = "a", .keep_alive = true}).ends_with("X-Request-Id: id-1\r\n\r\n"));
}

TEST_CASE("serialise: a handshake goes on as one") {
  const ParsedRequest p(
      get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  CHECK(written(p, {.host = "a", .keep_alive = true})
            .ends_with("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nConnection: "
                       "Upgrade\r\nUpgrade: websocket\r\n\r\n"));
}

TEST_CASE("serialise: an answer is framed as the client understands it") {
  struct Row {
    unsigned status;
    ClientResponse how;
    std::string_view framing;
  };
  const Row rows[]{
      {200, {.length = 5}, "Content-Length: 5\r\n"},
      {200, {.keep_alive = false, .length = 0}, "Content-Length: 0\r\nConnection: close\r\n"},
      {200, {.chunked = true}, "Transfer-Encoding: chunked\r\n"},
      {200, {.minor_version = 0, .length = 5}, "Content-Length: 5\r\nConnection: keep-alive\r\n"},
      {200, {.minor_version = 0, .keep_alive = false}, "Connection: close\r\n"},
      {200, {.length = 5, .no_body = true}, "Content-Length: 5\r\n"},
      {200, {.chunked = true, .no_body = true}, ""},
      {304, {.length = 5, .no_body = true}, "Content-Length: 5\r\n"},
      {304, {.no_body = true}, ""},
      {204, {.length = 0, .no_body = true}, ""},
      {103, {.keep_alive = false, .length = 0, .no_body = true}, ""},
      {101, {.keep_alive = false, .no_body = true}, "Upgrade: websocket\r\nConnection: Upgrade\r\n"},
  };
  for (const auto& row : rows) {
    INFO(row.status << " " << row.framing);
    const auto text = written(row.status, row.how, "X");
    CHECK(text == "HTTP/1.1 " + std::to_string(row.status) + " X\r\nDate: now\r\n" + std::string(row.framing) + "\r\n");
  }
}

TEST_CASE("serialise: an answer without a phrase or a date gets them") {
  CHECK(written(404, {.length = 0}).starts_with("HTTP/1.1 404 Not Found\r\n"));
  CHECK(written(555, {.length = 0}).starts_with("HTTP/1.1 555 \r\n"));
  std::pmr::monotonic_buffer_resource arena;
  ResponseHead head(arena);
  head.status = 200;
  std::string out;
  write_response(out, head, {.length = 0});
  CHECK(out.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  head.status = 103;
  head.fields.add("Link", "</a>; rel=preload");
  out.clear();
  write_response(out, head, {.no_body = true});
  CHECK(out == "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n");
}

TEST_CASE("serialise: a relayed answer keeps its end-to-end fields and nothing of its hop") {
  const ParsedResponse p(
      "HTTP/1.1 200 OK\r\nDate: d\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nTransfer-Encoding: chunked\r\nConnection: "
      "close\r\n\r\n");
  REQUIRE(name_of(p.wrong) == "good");
  std::string out;
  write_response(out, p.head, {.length = 3});
  CHECK(out == "HTTP/1.1 200 OK\r\nDate: d\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 3\r\n\r\n");
}

TEST_CASE("serialise: a chunk's size is hexadecimal") {
  char into[20];
  const auto size = [&](std::size_t n) { return std::string(into, write_chunk_size(into, n)); };
  CHECK(size(1) == "1\r\n");
  CHECK(size(500) == "1f4\r\n");
  CHECK(size(std::size_t(-1)) == "ffffffffffffffff\r\n");
}

TEST_CASE("serialise: a date has the form of RFC 9110") {
  const auto date = http_date();
  REQUIRE(date.size() == 29);
  CHECK(date.substr(3, 2) == ", ");
  CHECK(date.ends_with(" GMT"));
}

}  // namespace gatehouse::http::test
