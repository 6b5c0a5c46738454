// The realtime port behaves as Odoo's gevent process does.
#include <catch2/catch.hpp>

#include "bench/odoo_sim/digest.hpp"
#include "test/bench/odoo_sim/client.hpp"

using namespace gatehouse::odoo_sim;

namespace {

constexpr std::string_view kOrigin = "Origin: https://acme.localtest\r\n";

std::string handshake(std::string_view more, std::string_view target = "/websocket?version=18.0-5") {
  return get(target,
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                 std::string(more));
}

struct Socket101 : Client {
  explicit Socket101(const OdooSim& sim, std::string_view more = "",
                     std::string_view target = "/websocket?version=18.0-5")
      : Client(sim.websocket()) {
    send(handshake(std::string(kOrigin) + std::string(more), target));
    head = read_until("\r\n\r\n");
    REQUIRE(starts_with(head, "HTTP/1.1 101"));
  }
  void send_text(std::string text) { send(encode(text_frame(std::move(text)), 0x01020304u)); }

  std::string head;
};

}  // namespace

TEST_CASE("gevent: HTTP/1.1 with keep-alive, and every ordinary route") {
  StartedSim sim;
  Client client(sim.websocket());
  client.send(get("/websocket/health") + get("/sim/echo", "Connection: close\r\n"));
  const std::string both = client.read_all();
  CHECK(starts_with(both, "HTTP/1.1 200 OK\r\n"));
  CHECK_FALSE(contains(both, "Server:"));
  CHECK(contains(both, "{\"status\": \"pass\"}HTTP/1.1 200 OK"));
  CHECK(contains(both, "\"port\":\"websocket\""));
}

TEST_CASE("gevent: a slow poll holds up nobody") {
  StartedSim sim;
  Client poll(sim.websocket());
  poll.send(get("/longpolling/poll?ms=3000"));
  REQUIRE(eventually([&] { return sim.counters().requests == 1; }));
  const auto start = std::chrono::steady_clock::now();
  CHECK(starts_with(ask(sim.websocket(), get("/websocket/health", "Connection: close\r\n")), "HTTP/1.1 200"));
  CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("websocket: the 101 sets a cookie, allows any origin and agrees on no extension") {
  StartedSim sim;
  Socket101 client(sim, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  CHECK(contains(client.head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  CHECK(contains(client.head, "Set-Cookie: session_id="));
  CHECK(contains(client.head, "Access-Control-Allow-Origin: *"));
  CHECK_FALSE(contains(client.head, "Extensions"));
  client.send_text("hello");
  CHECK(client.read_frame().payload == "hello");
  client.send(encode(Frame{.opcode = Frame::ping, .payload = "p"}, 1u));
  CHECK(client.read_frame().opcode == Frame::pong);
  client.send(encode(close_frame(1001), 1u));
  CHECK(client.read_frame().close_code() == 1001);
  CHECK(client.read_all().empty());
}

TEST_CASE("websocket: without Origin 400, with another version of the protocol 500") {
  StartedSim sim;
  CHECK(starts_with(ask(sim.websocket(), handshake("")), "HTTP/1.1 400"));
  const std::string old = get("/websocket",
                              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                                  std::string(kOrigin));
  CHECK(starts_with(ask(sim.websocket(), old), "HTTP/1.1 500"));
}

TEST_CASE("websocket: an outdated client with a User-Agent is closed with 1000, one without is not") {
  StartedSim sim;
  Socket101 browser(sim, "User-Agent: Mozilla\r\n", "/websocket?version=17.0-3");
  const Frame close = browser.read_frame();
  CHECK(close.close_code() == 1000);
  CHECK(contains(close.payload, "OUTDATED_VERSION"));
  Socket101 script(sim, "", "/websocket?version=17.0-3");
  script.send_text("hello");
  CHECK(script.read_frame().payload == "hello");
}

TEST_CASE("websocket: not masked is 1002, too big is 1009, too fast is 1013, and a test may ask for a code") {
  StartedSim sim;
  Socket101 unmasked(sim);
  unmasked.send(encode(text_frame("hello")));
  CHECK(unmasked.read_frame().close_code() == 1002);
  Socket101 big(sim);
  big.send_text(std::string((1 << 20) + 1, 'x'));
  CHECK(big.read_frame().close_code() == 1009);
  Socket101 fast(sim);
  for (int i = 0; i < 11; ++i) fast.send_text("x");
  for (int i = 0; i < 10; ++i) CHECK(fast.read_frame().payload == "x");
  CHECK(fast.read_frame().close_code() == 1013);
  Socket101 asked(sim);
  asked.send_text(R"({"close":4001})");
  CHECK(asked.read_frame().close_code() == 4001);
}

TEST_CASE("websocket: silence is pinged, and without a pong closed") {
  auto config = quick_config(1);
  config.websocket.websocket.ping_after = 50ms;
  config.websocket.websocket.pong_within = 50ms;
  StartedSim sim(config);
  Socket101 client(sim);
  CHECK(client.read_frame().opcode == Frame::ping);
  CHECK(client.read_frame().opcode == Frame::close);
}

TEST_CASE("websocket: beyond the file descriptors a handshake hangs without an error") {
  auto config = quick_config(1);
  config.websocket.max_websockets = 1;
  StartedSim sim(config);
  Socket101 first(sim);
  Client second(sim.websocket(), 100ms);
  second.send(handshake(kOrigin));
  CHECK(second.read_all().empty());
  CHECK(second.last() == Io::timeout);
  CHECK(sim.counters().websockets_open == 1);
}

TEST_CASE("websocket: stop ends the stream without a close frame") {
  StartedSim sim;
  Socket101 client(sim);
  sim.stop();
  CHECK(client.read_all().empty());
  CHECK(client.last() == Io::end);
}
