#include <catch2/catch.hpp>

#include "bench/odoo_sim/digest.hpp"
#include "test/bench/odoo_sim/client.hpp"

using namespace gatehouse::odoo_sim;

TEST_CASE("routes: a login is 303 with a session, a failed one 200 with the form") {
  StartedSim sim;
  constexpr auto kForm = "application/x-www-form-urlencoded";
  const std::string good = ask(sim.web(), post("/web/login", kForm, "login=admin&password=admin"));
  CHECK(starts_with(good, "HTTP/1.0 303"));
  CHECK(contains(good, "Set-Cookie: session_id="));
  const std::string bad = ask(sim.web(), post("/web/login", kForm, "login=admin&password=x"));
  CHECK(starts_with(bad, "HTTP/1.0 200"));
  CHECK(contains(bad, "oe_login_form"));
}

TEST_CASE("routes: a failed JSON login is 200 with an error object, a good one has a uid") {
  StartedSim sim;
  const auto authenticate = [&](std::string_view password) {
    const std::string body = R"({"jsonrpc":"2.0","id":3,"params":{"db":"acme","login":"admin","password":")" +
                             std::string(password) + "\"}}";
    const std::string answer = ask(sim.web(), post("/web/session/authenticate", "application/json", body));
    CHECK(starts_with(answer, "HTTP/1.0 200"));
    return nlohmann::json::parse(body_of(answer));
  };
  CHECK(authenticate("admin")["result"]["uid"] == 2);
  const auto refused = authenticate("x");
  CHECK(refused["error"]["data"]["name"] == "odoo.exceptions.AccessDenied");
  CHECK(refused["id"] == 3);
}

TEST_CASE("routes: assets are immutable with a cookie all the same, static files have two dates and no cookie") {
  StartedSim sim;
  const std::string asset = ask(sim.web(), get("/web/assets/abc1234/x.js"));
  CHECK(contains(asset, "Cache-Control: public, max-age=31536000, immutable"));
  CHECK(contains(asset, "Set-Cookie: session_id="));
  CHECK_FALSE(contains(ask(sim.web(), get("/web/assets/abc1234/x.js", "Cookie: session_id=1\r\n")), "Set-Cookie"));
  const std::string file = ask(sim.web(), get("/web/static/img/favicon.png"));
  const std::size_t first = file.find("Date: ");
  CHECK(file.find("Date: ", first + 1) != std::string::npos);
  CHECK_FALSE(contains(file, "Set-Cookie"));
  const std::size_t etag = file.find("ETag: ") + 6;
  const std::string known = "If-None-Match: " + file.substr(etag, file.find('\r', etag) - etag) + "\r\n";
  CHECK(starts_with(ask(sim.web(), get("/web/static/img/favicon.png", known)), "HTTP/1.0 304"));
}

TEST_CASE("controls: bytes, end of stream, truncation and raw are what they say") {
  StartedSim sim;
  CHECK(body_of(ask(sim.web(), get("/sim/bytes?n=20000&seed=3"))) == Filler{3, 20000}.all());
  const std::string open_ended = ask(sim.web(), get("/sim/eof?n=20"));
  CHECK_FALSE(contains(open_ended, "Content-Length"));
  CHECK(body_of(open_ended).size() == 20);
  const std::string cut = ask(sim.web(), get("/sim/truncate?n=100&sent=30"));
  CHECK(contains(cut, "Content-Length: 100"));
  CHECK(body_of(cut).size() == 30);
  const std::string raw = "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello";
  CHECK(ask(sim.web(), get("/sim/raw?b64=" + base64_encode(raw))) == raw);
  CHECK(starts_with(ask(sim.web(), get("/sim/status?code=503")), "HTTP/1.0 503 Service Unavailable"));
  CHECK(contains(ask(sim.web(), get("/sim/error")), "\"error\""));
}

TEST_CASE("controls: echo tells what arrived, in order, and where") {
  StartedSim sim;
  const auto echo = nlohmann::json::parse(body_of(
      ask(sim.web(), "PUT /sim/echo?x HTTP/1.1\r\nHost: x\r\nB: 1\r\nA: 2\r\nb: 3\r\nContent-Length: 3\r\n\r\nabc")));
  CHECK(echo["method"] == "PUT");
  CHECK(echo["target"] == "/sim/echo?x");
  CHECK(echo["headers"][1] == nlohmann::json({"B", "1"}));
  CHECK(echo["headers"][3] == nlohmann::json({"b", "3"}));
  CHECK(echo["body_sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(echo["body_crc32"] == "352441c2");
  CHECK(echo["port"] == "web");
}

TEST_CASE("report: its assets come through the edge while a worker is held; with all workers printing it deadlocks") {
  // The edge of this test is the simulator itself: it needs a second worker for the assets.
  OdooSim::Config config = quick_config(2);
  Descriptor port = listen_on({boost::asio::ip::address_v4::loopback(), 0}, 1);
  config.web.address = local_endpoint(port.get());
  port = Descriptor{};
  config.app.hairpin.edge = config.web.address;
  config.app.hairpin.timeout = 300ms;
  {
    StartedSim sim(config);
    const std::string answer = ask(sim.web(), get("/report/pdf/sale.report_saleorder/1"));
    CHECK(starts_with(answer, "HTTP/1.0 200"));
    CHECK(starts_with(body_of(answer), "%PDF-"));
    CHECK(sim.counters().requests == 7);
  }
  config.web.workers = 1;
  StartedSim sim(config);
  const std::string answer = ask(sim.web(), get("/report/pdf/sale.report_saleorder/1"));
  CHECK(starts_with(answer, "HTTP/1.0 500"));
  CHECK(contains(answer, "timed out"));
}
