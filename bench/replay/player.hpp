// Sends what was recorded when it was recorded, times divided by the speed, and judges every answer. One thread;
// requests overlap as they did; each journey has its own connections.
#pragma once

#include <map>
#include <vector>

#include "bench/replay/options.hpp"
#include "bench/replay/pool.hpp"
#include "bench/replay/summary.hpp"
#include "bench/replay/websocket_play.hpp"

namespace gatehouse::replay {

class Player {
 public:
  // `recording` must outlive the player. Throws boost::system::system_error when an address cannot be resolved.
  Player(const Options& options, const odoo_sim::Recording& recording);

  Summary run();

 private:
  struct Exchanged {
    Verdict verdict;
    bool reusable = false;
    bool stale = false;  // the server had closed a used connection: nothing came back
  };

  Task<> schedule();
  Task<> play(const odoo_sim::Recorded& record);
  Task<Verdict> play_request(const odoo_sim::Recorded& record);
  Task<Exchanged> exchange(Connection& connection, const odoo_sim::Recorded& record);
  Task<Exchanged> leave_early(const odoo_sim::Recorded& record);
  Pool& pool_of(const std::string& journey);

  Options options_;
  boost::asio::io_context loop_{1};
  Endpoint to_;
  WebsocketPlay websockets_;
  std::vector<const odoo_sim::Recorded*> order_;  // by time
  std::map<std::string, Pool> pools_;
  Summary summary_;
};

}  // namespace gatehouse::replay
