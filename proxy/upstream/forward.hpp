// The last handler of a tenant's chain: the request goes to one of its endpoints, gently. The body is complete before
// anything is connected, the slot is there before that, and what comes back is checked like what came in.
#pragma once

#include <vector>

#include "proxy/upstream/backend.hpp"
#include "proxy/upstream/upstream_exchange.hpp"

namespace gatehouse::upstream {

class Forward final : public Handler {
 public:
  // One context for each worker, by loop index. Shared by all chains of all workers; holds no state of its own.
  explicit Forward(std::vector<UpstreamContext*> contexts) : contexts_(std::move(contexts)) {}
  Reply handle(Exchange& ex) override;

 private:
  struct Trip;  // one request's tries

  Reply to_web(UpstreamContext& context, Exchange& ex) const;
  Reply to_websocket(UpstreamContext& context, Exchange& ex) const;
  static Task<Result<UpstreamExchange::Ptr>> try_endpoints(Trip& trip, Response& response);

  std::vector<UpstreamContext*> contexts_;
};

}  // namespace gatehouse::upstream
