#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "proxy/core/access_log.hpp"
#include "test/support/exchange.hpp"

using namespace gatehouse;
using namespace std::chrono_literals;
using gatehouse::test::TestExchange;
using nlohmann::json;

namespace {

std::string line_of(void (*format)(std::string&, const Exchange&), const Exchange& exchange) {
  std::string out;
  format(out, exchange);
  REQUIRE(out.ends_with("\n"));
  CHECK(std::count(out.begin(), out.end(), '\n') == 1);
  return out;
}

json gatehouse_of(const Exchange& exchange) { return json::parse(line_of(format_gatehouse, exchange)); }
json traefik_of(const Exchange& exchange) { return json::parse(line_of(format_traefik, exchange)); }

// As after an upstream's answer.
void answer(TestExchange& ex) {
  ex.record.tenant = "acme";
  ex.record.path_class = "page";
  ex.record.endpoint = "192.0.2.1:8069";
  ex.record.queue = 1500us;
  ex.record.upstream = 20ms;
  ex.record.status = 200;
  ex.record.bytes_in = 3;
  ex.record.bytes_out = 4096;
  ex.request.fields.add(Field::user_agent, "curl/8");
  ex.request.fields.add(Field::cookie, "session_id=secret");
  ex.request.fields.add(Field::authorization, "Bearer secret");
  ex.request.fields.add(Field::referer, "https://acme.example.com/web/login?password=secret");
}

}  // namespace

TEST_CASE("access log: our JSON has all that is known of an answered request") {
  TestExchange ex("GET", "/web?db=acme", "acme.example.com");
  answer(ex);
  json line = gatehouse_of(ex);
  CHECK(line["duration_ms"].is_number_float());
  line.erase("duration_ms");
  CHECK(line == json::parse(R"({"time": "2023-11-14T22:13:20.123Z", "request_id": "0123456789abcdef", "tenant": "acme",
      "host": "acme.example.com", "client": "192.0.2.7", "listener": "main", "method": "GET", "path": "/web?db=acme",
      "protocol": "HTTP/1.1", "class": "page", "status": 200, "bytes_in": 3, "bytes_out": 4096, "queue_ms": 1.5,
      "upstream_ms": 20.0, "pool": "web", "endpoint": "192.0.2.1:8069", "retries": 0, "user_agent": "curl/8"})"));
}

TEST_CASE("access log: a refusal says why, whose fault it is and which policy") {
  TestExchange ex("GET", "/web", "acme.example.com");
  ex.record.status = 503;
  ex.record.cause = Errc::queue_full;
  ex.record.policy = "path_policy";
  ex.record.websocket_pool = true;
  ex.request.minor_version = 0;
  const json line = gatehouse_of(ex);
  CHECK(line["cause"] == "queue_full");
  CHECK(line["fault"] == "capacity");
  CHECK(line["policy"] == "path_policy");
  CHECK(line["pool"] == "websocket");
  CHECK(line["protocol"] == "HTTP/1.0");
  CHECK_FALSE(line.contains("endpoint"));
}

TEST_CASE("access log: a head that was refused is a line in every format") {
  TestExchange ex;
  ex.record.status = 400;
  ex.record.cause = Errc::bad_request;
  const json line = gatehouse_of(ex);
  CHECK(line["path"] == "");
  CHECK(line["status"] == 400);
  CHECK(traefik_of(ex)["DownstreamStatus"] == 400);
  CHECK(line_of(format_combined, ex) == "192.0.2.7 - - [14/Nov/2023:22:13:20 +0000] \"-\" 400 - \"-\" \"-\"\n");
}

TEST_CASE("access log: the query stays out where it may hold a password") {
  const auto path_of = [](std::string_view method, std::string_view target, std::string_view path_class) {
    TestExchange ex(method, target, "acme.example.com");
    ex.record.path_class = path_class;
    CHECK(traefik_of(ex)["RequestPath"] == gatehouse_of(ex)["path"]);
    return gatehouse_of(ex)["path"].get<std::string>();
  };
  CHECK(path_of("POST", "/web/login?password=x", "login") == "/web/login");
  CHECK(path_of("POST", "/jsonrpc?key=x", "rpc") == "/jsonrpc");
  CHECK(path_of("GET", "/web/database/backup?master_pwd=x", "database") == "/web/database/backup");
  CHECK(path_of("POST", "/anything?x", "login") == "/anything");
  SECTION("also where the class does not say it") {
    CHECK(path_of("GET", "/web/login?login=a&password=x", "page") == "/web/login");
    CHECK(path_of("GET", "/web/reset_password?token=x", "page") == "/web/reset_password");
    CHECK(path_of("GET", "/auth_oauth/signin?access_token=x", "own") == "/auth_oauth/signin");
    CHECK(path_of("POST", "/web/login?password=x", "") == "/web/login");
  }
  CHECK(path_of("GET", "/shop?page=2", "page") == "/shop?page=2");
}

TEST_CASE("access log: cookies, credentials and the referer's query are in no format") {
  TestExchange ex("GET", "/web", "acme.example.com");
  answer(ex);
  for (const auto format : {format_gatehouse, format_traefik, format_combined})
    CHECK(line_of(format, ex).find("secret") == std::string::npos);
}

TEST_CASE("access log: what the client wrote is escaped and cut") {
  TestExchange ex("GET", "/a\"b\\c\xff\n?" + std::string(5000, 'q'), "acme.example.com");
  const std::string agent = "evil\"}\n{" + std::string(5000, 'a');
  ex.request.fields.add(Field::user_agent, agent);
  const json line = gatehouse_of(ex);
  const auto path = line["path"].get<std::string>();
  CHECK(path.starts_with("/a\"b\\c\uFFFD\n?qqq"));
  CHECK(path.size() == 2048 + 2);  // U+FFFD is two bytes longer than what it stands for
  CHECK(line["user_agent"].get<std::string>() == agent.substr(0, 512));
  CHECK(traefik_of(ex)["request_User-Agent"] == line["user_agent"]);
  CHECK(line_of(format_combined, ex).find(R"("GET /a\"b\\c\xff\x0a?qqq)") != std::string::npos);
}

TEST_CASE("access log: Traefik's names and units") {
  TestExchange ex("GET", "/web?db=acme", "acme.example.com");
  answer(ex);
  ex.client.tls = true;
  ex.client.address = net::ip::make_address("2001:db8::1");
  ex.request.port = 8443;
  const json line = traefik_of(ex);
  CHECK(line["ClientAddr"] == "192.0.2.7:40000");
  CHECK(line["ClientHost"] == "2001:db8::1");
  CHECK(line["ClientPort"] == "40000");
  CHECK(line["RequestMethod"] == "GET");
  CHECK(line["RequestPath"] == "/web?db=acme");
  CHECK(line["RequestHost"] == "acme.example.com");
  CHECK(line["RequestPort"] == "8443");
  CHECK(line["RequestScheme"] == "https");
  CHECK(line["RequestProtocol"] == "HTTP/1.1");
  CHECK(line["DownstreamStatus"] == 200);
  CHECK(line["OriginStatus"] == 200);
  CHECK(line["OriginDuration"] == 20'000'000);
  CHECK(line["Duration"].is_number_integer());
  CHECK(line["StartUTC"] == "2023-11-14T22:13:20.123Z");
  CHECK(line["RouterName"] == "acme@gatehouse");
  CHECK(line["ServiceName"] == "acme-web@gatehouse");
  CHECK(line["ServiceAddr"] == "192.0.2.1:8069");
  CHECK(line["entryPointName"] == "main");
  CHECK(line["request_User-Agent"] == "curl/8");
}

TEST_CASE("access log: in Traefik's format a refusal of ours has no origin") {
  TestExchange ex("GET", "/web", "acme.example.com");
  ex.client.peer = {net::ip::make_address("2001:db8::2"), 1};
  ex.record.status = 503;
  ex.record.cause = Errc::queue_full;
  const json line = traefik_of(ex);
  CHECK(line["OriginStatus"] == 0);
  CHECK(line["RequestPort"] == "-");
  CHECK(line["ClientAddr"] == "[2001:db8::2]:1");
  CHECK_FALSE(line.contains("ServiceName"));
}

TEST_CASE("access log: Apache's combined line") {
  TestExchange ex("GET", "/web?db=acme", "acme.example.com");
  answer(ex);
  CHECK(line_of(format_combined, ex) ==
        "192.0.2.7 - - [14/Nov/2023:22:13:20 +0000] \"GET /web?db=acme HTTP/1.1\" 200 4096 "
        "\"https://acme.example.com/web/login\" \"curl/8\"\n");
}
