#include "proxy/server/session_config.hpp"

namespace gatehouse::server {

using namespace std::chrono_literals;

ClientLimits ClientLimits::read(config::Reader r) {
  ClientLimits c;
  r.optional("idle", c.idle, 1s, 24h);
  r.optional("idle_trusted", c.idle_trusted, 1s, 24h);
  r.optional("connections", c.connections, 1, 10'000'000);
  r.optional("connections_per_ip", c.connections_per_ip, 0, 10'000'000);
  r.not_in_this_build("handshake");
  return c;
}

}  // namespace gatehouse::server
