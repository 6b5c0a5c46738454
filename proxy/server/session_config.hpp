// What a session is told about time, size and trust. Immutable; a reload swaps the whole for sessions to come.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "proxy/http/request_head.hpp"

namespace gatehouse::server {

struct ClientLimits {
  config::Duration idle{120'000};          // between two requests
  config::Duration idle_trusted{185'000};  // likewise for trusted peers: above the 90 s of Traefik's pool
  unsigned connections = 100'000;          // of the node
  unsigned connections_per_ip = 256;       // not for trusted peers; IPv6 by /64
  static ClientLimits read(config::Reader r);
};

// How fast a body has to come.
struct BodyPace {
  config::Duration idle{15'000};
  config::Bytes min_rate{1 << 10};  // a second, averaged over the whole body once min_rate_after has passed
  config::Duration min_rate_after{10'000};
};

struct SessionConfig {
  http::HeadLimits head;
  BodyPace body;
  ClientLimits client;
  std::vector<config::Network> trusted_proxies;
};
using SessionConfigPtr = std::shared_ptr<const SessionConfig>;

// Of one listener.
struct ListenerConfig {
  std::string name;
  config::HostPort address;
  std::string health;  // a path answered for any host, 503 while draining; empty: none
};

}  // namespace gatehouse::server
