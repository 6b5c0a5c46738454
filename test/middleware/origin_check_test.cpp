#include "middleware/origin_check.hpp"

#include "test/middleware/chain.hpp"

namespace gatehouse::middleware {
namespace {

using routing::Tenant;
using test::TestExchange;

constexpr auto kDenied = "origin_denied by origin_check";
constexpr auto kThrough = "204";
constexpr std::string_view kSession = "frontend_lang=fr_BE; session_id=0123";

Tenant tenant() {
  Tenant tenant;
  tenant.hosts = {{"a.example.com", ""}, {"www.a.com", "a.example.com"}, {"*.a.example.com", ""}};
  return tenant;
}

struct Handshake {
  TestExchange ex{"GET", "/websocket", "a.example.com"};
  Handshake(std::string_view origin, std::string_view cookie = kSession) {
    ex.request.websocket = true;
    ex.request.fields.add(Field::origin, origin);
    if (!cookie.empty()) ex.request.fields.add(Field::cookie, cookie);
  }
};

std::string verdict(std::string_view origin, std::string_view allow = "", std::string_view cookie = kSession) {
  const Chain chain("[{origin_check: {allow: [" + std::string(allow) + "]}}]");
  CHECK(chain.problems() == Lines{});
  const Tenant of = tenant();
  Handshake handshake(origin, cookie);
  route(handshake.ex, of);
  INFO(origin);
  const std::string result = chain.verdict(handshake.ex);
  CHECK(chain.asked() == (result == kThrough));
  return result;
}

TEST_CASE("origin_check: a handshake from another site with the visitor's session is refused") {
  CHECK(verdict("https://evil.example") == kDenied);
  CHECK(verdict("https://a.example.com.evil.example") == kDenied);
  CHECK(verdict("https://evil.example/a.example.com") == kDenied);
  CHECK(verdict("https://a.example.com@evil.example") == kDenied);
}

TEST_CASE("origin_check: the request's own host and the tenant's hosts are at home, with any scheme and port") {
  CHECK(verdict("https://a.example.com") == kThrough);
  CHECK(verdict("http://A.Example.com:8080") == kThrough);
  CHECK(verdict("https://www.a.com") == kThrough);
  CHECK(verdict("https://shop.a.example.com") == kThrough);
  CHECK(verdict("https://x.shop.a.example.com") == kDenied);
  CHECK(verdict("https://xa.example.com") == kDenied);
}

TEST_CASE("origin_check: what is no origin of a site is foreign") {
  CHECK(verdict("null") == kDenied);
  CHECK(verdict("") == kDenied);
  CHECK(verdict("a.example.com") == kDenied);
  CHECK(verdict("://a.example.com") == kDenied);
  CHECK(verdict("https://") == kDenied);
}

TEST_CASE("origin_check: of two Origins none may be foreign") {
  const Chain chain("[{origin_check: {}}]");
  const Tenant of = tenant();
  Handshake handshake("https://a.example.com");
  handshake.ex.request.fields.add(Field::origin, "https://evil.example");
  route(handshake.ex, of);
  CHECK(chain.verdict(handshake.ex) == kDenied);
}

TEST_CASE("origin_check: without the session cookie everybody may: embedded live chat, IoT boxes") {
  CHECK(verdict("https://evil.example", "", "") == kThrough);
  CHECK(verdict("https://evil.example", "", "frontend_session_id=1; x=session_id") == kThrough);
  CHECK(verdict("https://evil.example", "", "session_id=") == kDenied);
  CHECK(verdict("https://evil.example", "", "a=b;session_id =1") == kDenied);
}

TEST_CASE("origin_check: without an Origin it is Odoo that says no") {
  const Chain chain("[{origin_check: {}}]");
  const Tenant of = tenant();
  TestExchange ex("GET", "/websocket", "a.example.com");
  ex.request.websocket = true;
  ex.request.fields.add(Field::cookie, kSession);
  route(ex, of);
  CHECK(chain.verdict(ex) == kThrough);
}

TEST_CASE("origin_check: only handshakes are looked at") {
  const Chain chain("[{origin_check: {}}]");
  const Tenant of = tenant();
  Handshake handshake("https://evil.example");
  handshake.ex.request.websocket = false;
  route(handshake.ex, of);
  CHECK(chain.verdict(handshake.ex) == kThrough);
}

TEST_CASE("origin_check: an allowed host may come with any scheme and port") {
  CHECK(verdict("http://shop.example.org:3000", "shop.example.org") == kThrough);
  CHECK(verdict("http://shop.example.org:3000", "Shop.Example.org.") == kThrough);
  CHECK(verdict("https://x.example.org", "shop.example.org") == kDenied);
  CHECK(verdict("https://x.example.org", "\"*.example.org\"") == kThrough);
  CHECK(verdict("https://example.org", "\"*.example.org\"") == kDenied);
  CHECK(verdict("https://xn--bcher-kva.example", "bücher.example") == kThrough);
  CHECK(verdict("http://[::1]:8069", "\"[::1]\"") == kThrough);
}

TEST_CASE("origin_check: what an allowed origin says of scheme and port is asked for") {
  CHECK(verdict("https://shop.example.org", "\"https://shop.example.org\"") == kThrough);
  CHECK(verdict("https://shop.example.org:8443", "\"https://shop.example.org\"") == kThrough);
  CHECK(verdict("http://shop.example.org", "\"https://shop.example.org\"") == kDenied);
  CHECK(verdict("https://shop.example.org", "\"shop.example.org:443\"") == kThrough);
  CHECK(verdict("https://shop.example.org:8443", "\"shop.example.org:443\"") == kDenied);
  CHECK(verdict("capacitor://localhost", "\"capacitor://localhost\"") == kThrough);
}

TEST_CASE("origin_check: in the node's own list only the request's own host is at home") {
  const Chain chain("[{origin_check: {}}]");
  Handshake own("https://a.example.com"), other("https://www.a.com");
  CHECK(chain.verdict(own.ex) == kThrough);
  CHECK(chain.verdict(other.ex) == kDenied);
}

TEST_CASE("origin_check: what is no origin and no host is a problem") {
  for (const auto* word :
       {"https://", "https://shop.example.org/", "a b", "*", "HTTPS://x.org", "x.org:0", "x.org:99999"}) {
    INFO(word);
    CHECK(Chain("[{origin_check: {allow: [\"" + std::string(word) + "\"]}}]").problems() ==
          Lines{"middlewares[0].origin_check.allow[0]: expected an origin or a host, got `" + std::string(word) + "`"});
  }
}

}  // namespace
}  // namespace gatehouse::middleware
