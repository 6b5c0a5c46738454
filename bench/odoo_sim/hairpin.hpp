// odoo: a report is printed by wkhtmltopdf in the pod, which fetches the assets of the page from the public address of
// the instance: pod, edge, the same pod, while the report holds a worker. With all workers printing it deadlocks.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "bench/odoo_sim/socket.hpp"

namespace gatehouse::odoo_sim {

class Hairpin {
 public:
  struct Config {
    std::optional<Endpoint> edge;                                               // none: reports need no assets
    boost::asio::ip::address source = boost::asio::ip::address_v4::loopback();  // the pod's address
    std::chrono::milliseconds timeout{10'000};                                  // for each asset
    int assets = 6;                                                             // one after another
  };

  explicit Hairpin(Config config) : config_(std::move(config)) {}

  // Blocks as the worker would. "" when all came, else why not.
  std::string fetch_assets(const std::string& host) const;

 private:
  std::string fetch(const std::string& host, int index) const;

  Config config_;
};

}  // namespace gatehouse::odoo_sim
