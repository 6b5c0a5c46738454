// What stands on one worker: the node's chain, the router at its end, and the worker's side of all upstreams.
#pragma once

#include "proxy/server/worker.hpp"
#include "proxy/upstream/upstream_exchange.hpp"
#include "routing/router.hpp"

namespace gatehouse {

// The entrance: the chain in force. A reload swaps it; running exchanges keep theirs.
class Entrance final : public Handler {
 public:
  void set_chain(HandlerPtr chain) { chain_ = std::move(chain); }
  Reply handle(Exchange& ex) override {
    ex.chain = chain_;
    return chain_->handle(ex);
  }

 private:
  HandlerPtr chain_;
};

class WorkerWiring final : public server::Wiring {
 public:
  WorkerWiring(server::Worker& worker, upstream::Ledger& ledger, SpoolSpace& spool)
      : upstream_{worker.loop(), ledger, spool, worker.stats(), {}} {
    ledger.enter(worker.loop());
  }

  Handler& handler() override { return entrance_; }
  void every_second(TimePoint now) override { upstream_.pool.sweep(now); }

  upstream::UpstreamContext& upstream() { return upstream_; }
  const std::shared_ptr<routing::Router>& router() const { return router_; }
  // On the loop, or before it runs.
  void set_chain(HandlerPtr chain) { entrance_.set_chain(std::move(chain)); }

 private:
  upstream::UpstreamContext upstream_;
  std::shared_ptr<routing::Router> router_ = std::make_shared<routing::Router>();
  Entrance entrance_;
};

}  // namespace gatehouse
