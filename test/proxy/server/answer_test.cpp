#include "proxy/server/answer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "test/support/exchange.hpp"

using namespace gatehouse;
using server::answer_for;
using server::Caller;
using server::caller_of;
using test::TestExchange;

namespace {

std::string body_of(Response& response) {
  std::string text;
  net::io_context context;
  auto read = [&]() -> Task<> {
    const auto piece = co_await response.body->next();
    text.assign(piece->begin(), piece->end());
  };
  auto done = [](std::exception_ptr) {};
  net::co_spawn(context, read(), done);
  context.run();
  return text;
}

struct Call {
  Call(std::string_view method, std::string_view target, std::string_view type, std::string_view accept = "*/*")
      : ex(method, target, "a.example.com") {
    if (!type.empty()) ex.request.fields.add(Field::content_type, type);
    ex.request.fields.add(Field::accept, accept);
  }
  Response refused(Errc code) { return answer_for(ex, Refusal{code, "policy", std::nullopt, {}, {}}); }
  TestExchange ex;
};

}  // namespace

TEST_CASE("answer: the caller is told by method, type, path and Accept", "[server][answer]") {
  CHECK(caller_of(Call("POST", "/web/dataset/call_kw/x", "application/json").ex) == Caller::json_rpc);
  CHECK(caller_of(Call("POST", "/web/x", "application/json; charset=utf-8").ex) == Caller::json_rpc);
  CHECK(caller_of(Call("POST", "/json/2/res.partner/read", "application/json").ex) == Caller::other);
  CHECK(caller_of(Call("POST", "/json/1/x", "application/json").ex) == Caller::other);
  CHECK(caller_of(Call("POST", "/xmlrpc/2/object", "text/xml").ex) == Caller::xml_rpc);
  CHECK(caller_of(Call("GET", "/web", "", "text/html,*/*").ex) == Caller::page);
  CHECK(caller_of(Call("POST", "/web/login", "application/x-www-form-urlencoded", "text/html").ex) == Caller::other);
  CHECK(caller_of(Call("GET", "/web/image/1", "").ex) == Caller::other);
  Call hook("POST", "/web/hook/1", "application/json");
  hook.ex.record.path_class = "webhook";
  CHECK(caller_of(hook.ex) == Caller::other);
}

TEST_CASE("answer: a JSON-RPC call that should come back gets 502 and text, which Odoo takes as connection lost",
          "[server][answer]") {
  Call call("POST", "/web/dataset/call_kw/x", "application/json");
  for (const auto code : {Errc::queue_full, Errc::maintenance, Errc::upstream_timeout, Errc::connect_refused}) {
    auto response = call.refused(code);
    CHECK(response.head.status == 502);
    CHECK(response.head.fields.get(Field::content_type) == "text/plain; charset=utf-8");
    CHECK(response.head.fields.has(Field::retry_after));
    CHECK_FALSE(nlohmann::json::accept(body_of(response)));
  }
}

TEST_CASE("answer: a JSON-RPC call that is refused gets an error as Odoo writes it", "[server][answer]") {
  Call call("POST", "/web/dataset/call_kw/x", "application/json");
  auto response = call.refused(Errc::body_too_large);
  CHECK(response.head.status == 200);
  const auto body = nlohmann::json::parse(body_of(response));
  const auto& error = body.at("error");
  CHECK(error.at("code").is_number());
  CHECK(error.at("message").is_string());
  for (const auto* member : {"name", "message", "arguments", "context", "debug"})
    CHECK(error.at("data").contains(member));
}

TEST_CASE("answer: XML-RPC gets a Fault when refused and 503 when it should come back", "[server][answer]") {
  Call call("POST", "/xmlrpc/2/object", "text/xml");
  auto no = call.refused(Errc::origin_denied);
  CHECK(no.head.status == 200);
  CHECK(body_of(no).find("<fault>") != std::string::npos);
  auto again = call.refused(Errc::queue_timeout);
  CHECK(again.head.status == 503);
  CHECK(again.head.fields.has(Field::retry_after));
}

TEST_CASE("answer: a page gets a page, that reloads itself when it should come back", "[server][answer]") {
  Call call("GET", "/web", "", "text/html");
  auto no = call.refused(Errc::unknown_host);
  CHECK(no.head.status == 404);
  const auto page = body_of(no);
  CHECK(page.find(call.ex.record.request_id) != std::string::npos);
  CHECK(page.find("refresh") == std::string::npos);
  auto again = call.refused(Errc::upstream_timeout);
  CHECK(again.head.status == 503);
  CHECK(body_of(again).find("http-equiv=\"refresh\"") != std::string::npos);
}

TEST_CASE("answer: all others get the status and problem+json", "[server][answer]") {
  Call call("GET", "/web/image/1", "");
  auto gone = call.refused(Errc::connect_timeout);
  CHECK(gone.head.status == 504);
  CHECK(gone.head.fields.get(Field::content_type) == "application/problem+json");
  CHECK(nlohmann::json::parse(body_of(gone)).at("status") == 504);
  CHECK(call.refused(Errc::queue_full).head.status == 503);
  CHECK(call.refused(Errc::origin_denied).head.status == 403);
}

TEST_CASE("answer: Proxy-Status has the true reason, whatever the status says", "[server][answer]") {
  Call call("POST", "/web/dataset/call_kw/x", "application/json");
  const auto response = call.refused(Errc::queue_full);
  CHECK(response.head.fields.get("Proxy-Status") ==
        "gatehouse; error=connection_limit_reached; details=\"queue_full by policy\"");
}

TEST_CASE("answer: a refusal's own fields and text win", "[server][answer]") {
  Call call("GET", "/web", "", "text/html");
  Fields fields(call.ex.arena);
  fields.add(Field::retry_after, "3600");
  auto response = answer_for(call.ex, Refusal{Errc::maintenance, {}, std::move(fields), "Upgrade to <18.0>", {}});
  CHECK(response.head.fields.get(Field::retry_after) == "3600");
  CHECK(response.head.fields.count(Field::retry_after) == 1);
  CHECK(body_of(response).find("Upgrade to 18.0") != std::string::npos);
}

TEST_CASE("answer: a redirect has its Location and nothing else", "[server][answer]") {
  Call call("GET", "/web", "", "text/html");
  Fields fields(call.ex.arena);
  fields.add(Field::location, "https://b.example.com/web");
  auto response = answer_for(call.ex, Refusal{Errc::redirect, {}, std::move(fields), {}, {}});
  CHECK(response.head.status == 308);
  CHECK(response.head.fields.get(Field::location) == "https://b.example.com/web");
  CHECK(response.length == 0u);
}
