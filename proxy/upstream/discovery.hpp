// From a pool's words to endpoints: addresses at once, names through DNS, asked again and again. A name that stops
// resolving keeps its last addresses. Control thread only.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "proxy/upstream/capacity.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::upstream {

class Discovery {
 public:
  struct Config {
    config::Duration refresh{5'000};  // between two looks at a name
    static Config read(config::Reader r);
  };
  Discovery(Executor executor, Ledger& ledger, Config config);

  // Fills `pool` now with what is known, and keeps it up to date until it dies or is watched anew with another spec.
  void watch(std::shared_ptr<PoolState> pool, const routing::PoolSpec& spec);
  void start();
  void stop();

 private:
  struct Name {
    std::vector<net::ip::address> addresses;
    bool asked = false, pending = false, failing = false;
  };
  struct Watched {
    std::weak_ptr<PoolState> pool;
    routing::PoolSpec spec;
  };

  void update(PoolState& pool, const routing::PoolSpec& spec);
  void refresh();
  void resolve(const std::string& host);

  Executor executor_;
  Ledger& ledger_;
  Config config_;
  net::ip::basic_resolver<tcp, Executor> resolver_;
  Timer timer_;
  std::map<PoolState*, Watched> watched_;  // only pools with names
  std::map<std::string, Name> names_;
};

}  // namespace gatehouse::upstream
