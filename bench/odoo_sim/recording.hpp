// Traffic recorded in front of a real Odoo, as test/data/README.md describes it. The replay sends the requests, the
// simulator answers them with what was recorded; bodies of answers are not in it and are made up by both (Filler).
//
// A request is known by its number: its line in the file, from 1 on (the recorded `n` repeats).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "bench/odoo_sim/filler.hpp"
#include "bench/odoo_sim/request.hpp"

namespace gatehouse::odoo_sim {

// What the replay puts into a request, so that the simulator knows its number.
inline constexpr std::string_view kReplayField = "X-Replay";
// What the simulator puts into an answer: where it arrived, and what arrived other than it was recorded.
inline constexpr std::string_view kPortField = "X-Sim-Port";
inline constexpr std::string_view kDiffersField = "X-Sim-Differs";

struct RecordedWebsocket {
  struct Frame {
    int opcode = 0;
    std::string text;
  };
  std::uint64_t down_bytes = 0;
  std::chrono::duration<double> lifetime{0};
  std::vector<Frame> client_frames;  // without the close

  bool closed_by_client = false;

  // The payload sizes of the text frames that make up down_bytes on the wire.
  std::vector<std::size_t> down_frames() const;
};

struct Recorded {
  std::size_t number = 0;
  double time = 0;  // Unix seconds of its arrival
  std::string journey;
  Request request;  // HTTP/2's cookie crumbs joined to one field
  int status = 0;
  Fields answer;
  std::uint64_t body_size = 0;
  std::chrono::duration<double> first_byte{0};
  bool aborted = false;  // the client left before the answer
  std::optional<RecordedWebsocket> websocket;

  Filler body() const { return {number, body_size}; }
  // The text of all down_frames(), one after another.
  Filler websocket_text() const;
  // "" when `request` is the recorded one, else what differs: "method", "target", "body", "field cookie". Host,
  // connection-related fields and what an edge adds are not looked at.
  std::string difference(const Request& request) const;
};

class Recording {
 public:
  static Recording load(const std::string& path);  // .gz or plain; throws std::runtime_error

  const std::vector<Recorded>& all() const { return requests_; }
  const Recorded* find(const Request& request) const;  // by its X-Replay

 private:
  std::vector<Recorded> requests_;
};

}  // namespace gatehouse::odoo_sim
