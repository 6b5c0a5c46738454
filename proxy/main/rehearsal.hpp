// One request through router and chain without a network: what `explain` asks instead of guessing.
#pragma once

#include <string>

#include "proxy/core/exchange.hpp"
#include "routing/registry.hpp"

namespace gatehouse {

struct RehearsedRequest {
  Verb verb = Verb::get;
  std::string method;
  std::string host, path, target;
  std::uint16_t port = 0;
  bool tls = false;
  net::ip::address from;
};

struct Verdict {
  std::string answer;  // "forwarded", "404 not_found by path_policy: …", "308 to https://…"
};

// Handlers at the end of chains built with this pass everything.
HandlerPtr passing_handler();
Verdict rehearse(const routing::RoutesPtr& routes, const RehearsedRequest& request);

}  // namespace gatehouse
