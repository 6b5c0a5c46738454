#include "proxy/upstream/forward_rules.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::upstream;
using routing::PathClass;
using routing::SessionCookie;
using routing::Tenant;

namespace {

std::string cookie_after(std::string_view value, SessionCookie config, bool tls) {
  std::pmr::monotonic_buffer_resource arena;
  Fields fields(arena);
  fields.add(Field::set_cookie, value);
  complete_session_cookie(fields, config, tls);
  return std::string(fields.get(Field::set_cookie));
}

}  // namespace

TEST_CASE("forward rules: the first byte may take the worker's time limit and five seconds", "[upstream][forward]") {
  Tenant tenant;
  CHECK(first_byte(tenant, PathClass::page) == 1200s);
  tenant.odoo.time_limit_real = 120s;
  CHECK(first_byte(tenant, PathClass::page) == 125s);
  CHECK(first_byte(tenant, PathClass::report) == 1200s);
  tenant.odoo.time_limit_real = 2000s;
  CHECK(first_byte(tenant, PathClass::report) == 2005s);
  tenant.limits.upstream.first_byte = 2s;
  CHECK(first_byte(tenant, PathClass::page) == 2s);
  CHECK(hold(tenant, PathClass::page) > 2000s);
  CHECK(first_byte(tenant, PathClass::database) >= 24h);
}

TEST_CASE("forward rules: JSON and XML may be 1.4 times an upload, a login little", "[upstream][forward]") {
  Tenant tenant;
  std::pmr::monotonic_buffer_resource arena;
  Fields form(arena), json(arena), xml(arena);
  form.add(Field::content_type, "multipart/form-data; boundary=x");
  json.add(Field::content_type, "application/json");
  xml.add(Field::content_type, "text/XML");
  CHECK(body_limit(tenant, PathClass::upload, form) == 128u << 20);
  CHECK(body_limit(tenant, PathClass::page, json) == (128u << 20) + (128u << 20) * 2 / 5);
  CHECK(body_limit(tenant, PathClass::rpc, xml) == body_limit(tenant, PathClass::page, json));
  CHECK(body_limit(tenant, PathClass::login, json) == 1u << 20);
}

TEST_CASE("forward rules: the session cookie gets Secure on TLS and SameSite where Odoo set none",
          "[upstream][forward]") {
  using enum SessionCookie::SameSite;
  CHECK(cookie_after("session_id=a; Path=/; HttpOnly", {}, true) ==
        "session_id=a; Path=/; HttpOnly; Secure; SameSite=Lax");
  CHECK(cookie_after("session_id=a; Path=/", {}, false) == "session_id=a; Path=/; SameSite=Lax");
  CHECK(cookie_after("session_id=a; SameSite=Strict; secure", {}, true) == "session_id=a; SameSite=Strict; secure");
  CHECK(cookie_after("session_id=a", {.secure = false, .same_site = keep}, true) == "session_id=a");
  CHECK(cookie_after("session_id=a", {.secure = true, .same_site = none}, true) ==
        "session_id=a; Secure; SameSite=None");
  CHECK(cookie_after("frontend_lang=en_US; Path=/", {}, true) == "frontend_lang=en_US; Path=/");
}

TEST_CASE("forward rules: a POST is never repeated", "[upstream][forward]") {
  CHECK(idempotent(Verb::get));
  CHECK(idempotent(Verb::head));
  CHECK_FALSE(idempotent(Verb::post));
  CHECK_FALSE(idempotent(Verb::patch));
}
