#include "bench/odoo_sim/recording.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "test/bench/odoo_sim/client.hpp"

using namespace gatehouse::odoo_sim;

namespace {

const std::string kFile = GATEHOUSE_SOURCE_DIR "/test/data/odoo18-requests.jsonl.gz";

const Recording& recording() {
  static const Recording recording = Recording::load(kFile);
  return recording;
}

template <class Predicate>
const Recorded& first(Predicate predicate) {
  return *std::find_if(recording().all().begin(), recording().all().end(), predicate);
}

std::string as_sent(const Recorded& record) {
  std::string text = record.request.method + " " + record.request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : record.request.fields) text += name + ": " + value + "\r\n";
  return text + std::string(kReplayField) + ": " + std::to_string(record.number) + "\r\n\r\n" + record.request.body;
}

OdooSim::Config replaying() {
  auto config = quick_config(1);
  config.app.recording = kFile;
  config.app.speed = 1000;
  return config;
}

}  // namespace

TEST_CASE("recording: all of it is read, cookies joined, websockets with their frames") {
  CHECK(recording().all().size() == 1963);
  const Recorded& websocket = first([](const Recorded& r) { return r.websocket.has_value(); });
  CHECK(websocket.status == 101);
  CHECK(websocket.websocket->closed_by_client);
  CHECK(websocket.websocket->client_frames.size() == 2);
  for (const Recorded& record : recording().all()) {
    const auto is_cookie = [](const auto& field) { return same_name(field.first, "cookie"); };
    CHECK(std::count_if(record.request.fields.begin(), record.request.fields.end(), is_cookie) <= 1);
  }
}

TEST_CASE("recording: the frames of a websocket come to what was recorded on the wire") {
  RecordedWebsocket websocket;
  for (const std::uint64_t bytes : {0, 4, 8, 302, 4136, 15058}) {
    websocket.down_bytes = bytes;
    std::uint64_t wire = 4;
    for (const std::size_t size : websocket.down_frames()) wire += encode(text_frame(std::string(size, 'x'))).size();
    CHECK(wire <= std::max<std::uint64_t>(bytes, 4));
    CHECK(wire + 8 >= bytes);
  }
}

TEST_CASE("recording: what is not there or damaged says so") {
  CHECK_THROWS_WITH(Recording::load("/nowhere.gz"), "recording: cannot open (/nowhere.gz)");
  CHECK_THROWS_WITH(Recording::load(GATEHOUSE_SOURCE_DIR "/CMakeLists.txt"), Catch::StartsWith("recording: line 1: "));
}

TEST_CASE("recording: a request gets the recorded answer, its bytes made of its number") {
  StartedSim sim(replaying());
  const Recorded& record = first([](const Recorded& r) { return r.request.method == "POST" && r.body_size > 1000; });
  const std::string answer = ask(sim.web(), as_sent(record));
  CHECK(starts_with(answer, "HTTP/1.0 " + std::to_string(record.status)));
  for (const auto& [name, value] : record.answer) CHECK(contains(answer, name + ": " + value + "\r\n"));
  CHECK(contains(answer, "X-Sim-Port: web\r\n"));
  CHECK_FALSE(contains(answer, "X-Sim-Differs"));
  CHECK(body_of(answer) == record.body().all());
}

TEST_CASE("recording: a request that was changed on its way is told") {
  StartedSim sim(replaying());
  Recorded record = first([](const Recorded& r) { return r.request.method == "POST" && r.body_size > 1000; });
  record.request.body.front() = 'x';
  CHECK(contains(ask(sim.web(), as_sent(record)), "X-Sim-Differs: body\r\n"));
  record.request.target += "?x";
  CHECK(contains(ask(sim.web(), as_sent(record)), "X-Sim-Differs: target\r\n"));
  Recorded fields = first([](const Recorded& r) { return r.request.find("Cookie") != nullptr; });
  std::erase_if(fields.request.fields, [](const auto& field) { return same_name(field.first, "cookie"); });
  CHECK(contains(ask(sim.web(), as_sent(fields)), "X-Sim-Differs: field cookie\r\n"));
}

TEST_CASE("recording: a websocket gets its bytes and is closed as recorded, or 1008 when frames are missing") {
  StartedSim sim(replaying());
  const Recorded& record = first([](const Recorded& r) { return r.websocket && r.websocket->closed_by_client; });
  for (const bool all : {true, false}) {
    Client client(sim.websocket());
    client.send(as_sent(record));
    CHECK(contains(client.read_until("\r\n\r\n"), "X-Sim-Port: websocket\r\n"));
    for (const auto& frame : record.websocket->client_frames) {
      client.send(encode(text_frame(frame.text), 1u));
      if (!all) break;
    }
    client.send(encode(close_frame(1000), 1u));
    std::string text;
    Frame frame = client.read_frame();
    for (; frame.opcode == Frame::text; frame = client.read_frame()) text += frame.payload;
    CHECK(text == record.websocket_text().all());
    CHECK(frame.close_code() == (all ? 1000 : 1008));
  }
}
