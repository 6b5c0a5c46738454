// Which of Odoo's own doors are open to the world: the database manager (a master password without a cooldown), the IoT
// box's modules (no authentication, any origin), the health check. A closed one is 404, as if there were nothing.
//
//   path_policy: {database_manager: deny, iot: deny, health: edge}
//   path_policy: {database_manager: {allow_from: ["203.0.113.0/24"], until: 2026-12-24T00:00:00Z}}
//
// /web/filestore, Odoo's internal prefix, is always closed; /web/version and /web/webclient/version_info, which clients
// poll, never are. Without a tenant, in the node's own list, `health` has no state to tell and does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "config/reader.hpp"
#include "proxy/core/exchange.hpp"

namespace gatehouse::middleware {

class PathPolicy final : public Handler {
 public:
  static constexpr std::string_view kName = "path_policy";

  // deny | allow | {allow_from: [CIDR], until: TIME}
  struct Access {
    bool open = false;                              // to everybody
    std::vector<config::Network> allow_from;        // to these clients
    std::optional<std::chrono::sys_seconds> until;  // from then on to nobody
    bool permits(const Exchange& ex) const;
  };
  enum class Health : std::uint8_t {
    edge,  // answered from the tenant's state: no worker is asked, a busy pod does not look dead
    pass,  // Odoo's own answer, at the price of a worker
  };
  struct Config {
    Access database_manager;
    Access iot;
    Health health = Health::edge;
    static Config read(config::Reader r);
  };

  PathPolicy(Config config, HandlerPtr next) : config_(std::move(config)), next_(std::move(next)) {}
  Reply handle(Exchange& ex) override;

 private:
  bool denies(const Exchange& ex) const;

  Config config_;
  HandlerPtr next_;
};

}  // namespace gatehouse::middleware
