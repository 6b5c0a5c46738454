// A recorded websocket from its handshake to its close: sends the recorded client frames over its (shortened) lifetime
// and expects the text that the simulator makes up, and the right close.
#pragma once

#include "bench/replay/check.hpp"
#include "bench/replay/pool.hpp"
#include "bench/replay/request.hpp"

namespace gatehouse::replay {

struct WebsocketPlay {
  boost::asio::io_context& loop;
  Endpoint to;
  std::string host;
  double speed;
  bool through_edge;

  Task<Verdict> play(const odoo_sim::Recorded& record) const;
};

}  // namespace gatehouse::replay
