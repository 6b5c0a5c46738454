#include "proxy/http/target.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::http {
namespace {

struct Parsed {
  explicit Parsed(std::string_view text, bool options = false) : wrong(parse_target(text, options, arena, target)) {}
  std::pmr::monotonic_buffer_resource arena;
  Target target;
  std::optional<Errc> wrong;
};

}  // namespace

TEST_CASE("target: policies and the upstream get the same path") {
  struct Row {
    std::string_view text, path, forwarded;
  };
  const Row rows[]{
      {"/", "/", "/"},
      {"/web", "/web", "/web"},
      {"/web/", "/web", "/web/"},
      {"/web?db=x", "/web", "/web?db=x"},
      {"/?a=/../b", "/", "/?a=/../b"},
      {"/web/login?q=%zz&r=[('a','=',1)]&s=100%", "/web/login", "/web/login?q=%zz&r=[('a','=',1)]&s=100%"},
      {"//", "/", "/"},
      {"//web///login//", "/web/login", "/web/login/"},
      {"/%77eb/%6Cogin", "/web/login", "/web/login"},
      {"/web%2flogin", "/web/login", "/web/login"},
      {"/web%2F%2flogin?x", "/web/login", "/web/login?x"},
      {"/web/./login", "/web/login", "/web/login"},
      {"/web/x/../login", "/web/login", "/web/login"},
      {"/web/%2e%2E/login", "/login", "/login"},
      {"/web/x%2f..%2flogin", "/web/login", "/web/login"},
      {"/a/b/..", "/a", "/a/"},
      {"/a/b/../", "/a", "/a/"},
      {"/a/.", "/a", "/a/"},
      {"/a/..", "/", "/"},
      {"/.", "/", "/"},
      {"/a/../b/../c", "/c", "/c"},
      {"/.well-known/acme-challenge/x", "/.well-known/acme-challenge/x", "/.well-known/acme-challenge/x"},
      {"/a/...", "/a/...", "/a/..."},
      {"/a/..b", "/a/..b", "/a/..b"},
      {"/a;x=1/b", "/a;x=1/b", "/a;x=1/b"},
      {"/a%3Bx", "/a;x", "/a%3Bx"},
      {"/a%3fb%23c%25d", "/a?b#c%d", "/a%3Fb%23c%25d"},
      {"/a%20b", "/a b", "/a%20b"},
      {"/a+b", "/a+b", "/a+b"},
      {"/%252e%252e/x", "/%2e%2e/x", "/%252e%252e/x"},
      {"/%c3%a9t%C3%A9", "/\xc3\xa9t\xc3\xa9", "/%C3%A9t%C3%A9"},
      {"/%f0%9f%98%80", "/\xf0\x9f\x98\x80", "/%F0%9F%98%80"},
      {"/a[1]{b}|^`\"<>", "/a[1]{b}|^`\"<>", "/a%5B1%5D%7Bb%7D%7C%5E%60%22%3C%3E"},
      {"/~a-b._c", "/~a-b._c", "/~a-b._c"},
      {"/!$&'()*,=:@", "/!$&'()*,=:@", "/!$&'()*,=:@"},
      {"http://a.example", "/", "/"},
      {"http://a.example/x/", "/x", "/x/"},
      {"HTTPS://a.example:443/x?y", "/x", "/x?y"},
      {"http://a.example?y=1", "/", "/?y=1"},
      {"http://a.example//x", "/x", "/x"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const Parsed p(row.text);
    REQUIRE_FALSE(p.wrong.has_value());
    CHECK(p.target.path == row.path);
    CHECK(p.target.forwarded == row.forwarded);
    // What leaves is read the same way by the next one who normalises.
    const Parsed again(row.forwarded);
    CHECK(again.target.path == row.path);
    CHECK(again.target.forwarded == row.forwarded);
  }
}

TEST_CASE("target: what two readers could read differently is refused") {
  const std::string_view rows[]{
      "",
      "web",
      "*",
      "a.example:443",
      "a.example",
      "?x",
      "#",
      "/#x",
      "/x?y#z",
      "/a b",
      "/a\tb",
      "/?a b",
      "/\x7f",
      "/?\x01",
      "/\xc3\xa9",
      "/?\xc3\xa9",
      "/%00",
      "/a%0d%0ab",
      "/%0A",
      "/%09",
      "/%1f",
      "/%7f",
      "/a\\b",
      "/a%5cb",
      "/a%5C..%5Cb",
      "/%",
      "/%4",
      "/%zz",
      "/%4g",
      "/a%",
      "/..",
      "/../a",
      "/a/../..",
      "/a/../../b",
      "/%2e%2e",
      "/%2e%2e/a",
      "/..%2fa",
      "/./..",
      "//..",
      "/..;/a",
      "/a/..;x=1/b",
      "/a/.;/b",
      "/a/..%3b/b",
      "/a/%2e%2e;/b",
      "/a/..;",
      "/%c0%ae%c0%ae/x",
      "/%c0%af",
      "/%e0%80%af",
      "/%f0%80%80%af",
      "/%c1%81",
      "/%ff",
      "/%80",
      "/%c3",
      "/%c3(",
      "/%e2%82",
      "/%ed%a0%80",
      "/%f4%90%80%80",
      "/%f5%80%80%80",
      "/%c2%85",
      "http://",
      "http:///x",
      "http://x@a.example/",
      "http://x:y@a.example/",
      "ftp://a/",
      "ws://a.example/x",
      "http:/a",
      "http:a",
      "//a.example/../..",
      "http://a.example/..",
      "http://a.example#x",
      "javascript:alert(1)",
  };
  for (const auto text : rows) {
    INFO(text);
    CHECK(Parsed(text).wrong == Errc::bad_target);
  }
  CHECK(Parsed(std::string_view("/a\0b", 4)).wrong == Errc::bad_target);
}

TEST_CASE("target: OPTIONS may ask for the server as a whole") {
  CHECK(Parsed("*", true).target.forwarded == "*");
  CHECK(Parsed("http://a.example", true).target.forwarded == "*");
  CHECK(Parsed("http://a.example", true).target.authority == "a.example");
  CHECK(Parsed("/x", true).target.path == "/x");
  CHECK(Parsed("*").wrong == Errc::bad_target);
}

}  // namespace gatehouse::http
