// The web port fails as Odoo's does.
#include <catch2/catch.hpp>

#include "test/bench/odoo_sim/client.hpp"

using namespace gatehouse::odoo_sim;

namespace {

using Clock = std::chrono::steady_clock;

// Takes a worker until it is destroyed or the worker's timeout ends it.
struct Idle : Client {
  explicit Idle(StartedSim& sim, std::uint64_t in_flight) : Client(sim.web()) {
    REQUIRE(eventually([&] { return sim.counters().in_flight == in_flight; }));
  }
};

}  // namespace

TEST_CASE("web: every answer is HTTP/1.0 and closes, a pipelined request is thrown away") {
  StartedSim sim;
  const std::string answer = ask(sim.web(), get("/web/health") + get("/web/login"));
  CHECK(starts_with(answer, "HTTP/1.0 200 OK\r\nServer: Werkzeug/2.2.2 Python/3.11.2\r\n"));
  CHECK(contains(answer, "Connection: close\r\n\r\n{\"status\": \"pass\"}"));
  CHECK_FALSE(contains(answer, "oe_login_form"));
  CHECK(sim.counters().requests == 1);
}

TEST_CASE("web: an idle connection blocks a worker for the socket timeout") {
  StartedSim sim(1);
  const auto start = Clock::now();
  Idle idle(sim, 1);
  CHECK(starts_with(ask(sim.web(), get("/web/health")), "HTTP/1.0 200"));
  CHECK(Clock::now() - start >= 140ms);
  CHECK(idle.read_all().empty());
  CHECK(idle.last() == Io::end);
  CHECK(sim.counters().idle_timeouts == 1);
}

TEST_CASE("web: a body that stalls is a JSON-RPC error with status 200, for a form 400") {
  StartedSim sim;
  constexpr auto kHead = "POST /web/dataset/call_kw/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Type: ";
  const std::string answer = ask(sim.web(), kHead + std::string("application/json\r\n\r\n{\"id\""));
  CHECK(starts_with(answer, "HTTP/1.0 200"));
  CHECK(contains(answer, "werkzeug.exceptions.ClientDisconnected"));
  CHECK(starts_with(ask(sim.web(), kHead + std::string("text/plain\r\n\r\nabc")), "HTTP/1.0 400"));
}

TEST_CASE("web: a reader that stalls gets a truncated body and no error") {
  StartedSim sim;
  Client client(sim.web());
  client.send(get("/sim/bytes?n=30000000"));
  REQUIRE(eventually([&] { return sim.counters().truncated == 1; }));
  const std::string answer = client.read_all();
  CHECK(starts_with(answer, "HTTP/1.0 200"));
  CHECK(contains(answer, "Content-Length: 30000000"));
  CHECK(body_of(answer).size() < 30000000);
  CHECK(client.last() == Io::end);
}

TEST_CASE("web: a page held in memory has the timeout once, even for a reader that never stalls for long") {
  StartedSim sim;
  Client client(sim.web());
  client.send(get("/sim/bytes?n=60000000&chunk=0"));
  std::string body;
  while (sim.counters().truncated == 0) {  // 1 MiB in at least 10 ms: 15 MiB within the timeout, and the buffers
    const auto next = Clock::now() + 10ms;
    const std::string piece = client.read_exactly(1 << 20);
    if (piece.empty()) break;
    eventually([&] { return Clock::now() >= next; });
  }
  CHECK(sim.counters().truncated == 1);
}

TEST_CASE("web: workers that are busy leave connections in the accept queue, which ends at 8 per worker") {
  StartedSim sim(1);
  Client busy(sim.web());
  busy.send(get("/sim/sleep?ms=700"));
  REQUIRE(eventually([&] { return sim.counters().in_flight == 1; }));
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 9; ++i) {  // Linux: one more than the backlog
    waiting.push_back(std::make_unique<Client>(sim.web()));
    waiting.back()->send(get("/web/health"));
    CHECK(waiting.back()->connected());
  }
  CHECK(sim.counters().waiting == 9);
  CHECK(sim.counters().max_demand == 10);
  CHECK_FALSE(Client(sim.web(), 100ms).connected());  // its SYN is dropped: no reset, no 503
  for (auto& client : waiting) CHECK(starts_with(client->read_all(), "HTTP/1.0 200"));
  CHECK(sim.counters().max_in_flight == 1);
}

TEST_CASE("web: a killed worker is the end of the stream and not one byte") {
  StartedSim sim;
  Client client(sim.web());
  client.send(get("/sim/kill"));
  CHECK(client.read_all().empty());
  CHECK(client.last() == Io::end);
}

TEST_CASE("web: a client that leaves does not free its worker") {
  StartedSim sim(1);
  const auto start = Clock::now();
  Client client(sim.web());
  client.send(get("/sim/sleep?ms=200"));
  REQUIRE(eventually([&] { return sim.counters().requests == 1; }));
  client.finish();
  CHECK(starts_with(ask(sim.web(), get("/web/health")), "HTTP/1.0 200"));
  CHECK(Clock::now() - start >= 200ms);
}

TEST_CASE("web: 100 Continue comes before anything else, early 413 before the body") {
  StartedSim sim;
  Client client(sim.web());
  client.send("POST /sim/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(contains(client.read_all(), "\"body_len\":3"));
  Client upload(sim.web());
  upload.send("POST /sim/early413 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  CHECK(starts_with(upload.read_all(), "HTTP/1.0 413"));
}

TEST_CASE("web: what is no request gets a page without a status line, one without Host 500") {
  StartedSim sim;
  CHECK(starts_with(ask(sim.web(), "hello\r\n"), "<!doctype html>"));
  CHECK(starts_with(ask(sim.web(), "GET / HTTP/1.1\r\n\r\n"), "HTTP/1.0 500"));
}

TEST_CASE("web: a websocket handshake here is an internal error") {
  StartedSim sim;
  const std::string answer = ask(sim.web(), get("/websocket", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  CHECK(starts_with(answer, "HTTP/1.0 500"));
  CHECK(contains(answer, "Couldn't bind the websocket"));
}

TEST_CASE("web: stop resets what waits and finishes what runs") {
  StartedSim sim(1);
  Client running(sim.web());
  running.send(get("/sim/sleep?ms=200"));
  REQUIRE(eventually([&] { return sim.counters().in_flight == 1; }));
  Client waiting(sim.web());
  waiting.send(get("/web/health"));
  sim.stop();
  CHECK(starts_with(running.read_all(), "HTTP/1.0 200"));
  CHECK(waiting.read_all().empty());
  CHECK(waiting.last() == Io::failed);
  CHECK_FALSE(Client(sim.web(), 100ms).connected());
  sim.start();  // on the same port
  CHECK(starts_with(ask(sim.web(), get("/web/health")), "HTTP/1.0 200"));
}

TEST_CASE("web: the control port answers while every worker is busy, and resets the maxima") {
  auto config = quick_config(1);
  config.control = Endpoint(boost::asio::ip::address_v4::loopback(), 0);
  StartedSim sim(config);
  CHECK(starts_with(ask(sim.web(), get("/web/health")), "HTTP/1.0 200"));
  Idle idle(sim, 1);
  const auto stats = nlohmann::json::parse(body_of(ask(sim.control(), get("/stats"))));
  CHECK(stats["in_flight"] == 1);
  CHECK(stats["accepted"] == 2);
  const auto reset = nlohmann::json::parse(body_of(ask(sim.control(), post("/reset", "text/plain", ""))));
  CHECK(reset["in_flight"] == 1);
  CHECK(reset["accepted"] == 0);
  CHECK(reset["max_demand"] == 1);
}
