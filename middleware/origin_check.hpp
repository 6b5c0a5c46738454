// Odoo checks no Origin at a websocket handshake: a foreign page could open one with the visitor's session. A handshake
// that carries the session cookie is refused when its Origin's host is neither the request's own, nor one of the
// tenant's, nor allowed. Without the cookie everybody may (embedded live chat, IoT boxes), without an Origin Odoo
// itself says no.
//
//   origin_check: {allow: ["https://portal.example.com", intranet.example.com, "*.example.org"]}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.hpp"
#include "proxy/core/exchange.hpp"

namespace gatehouse::middleware {

class OriginCheck final : public Handler {
 public:
  static constexpr std::string_view kName = "origin_check";

  // What an entry leaves out it does not ask for.
  struct Allowed {
    std::string scheme;      // empty: any
    std::string host;        // or "*.host": one label more
    std::uint16_t port = 0;  // 0: any
    static std::optional<Allowed> parse(std::string_view text);
  };
  struct Config {
    std::vector<Allowed> allow;
    static Config read(config::Reader r);
  };

  OriginCheck(Config config, HandlerPtr next) : config_(std::move(config)), next_(std::move(next)) {}
  Reply handle(Exchange& ex) override;

 private:
  bool is_foreign(std::string_view origin, const Exchange& ex) const;

  Config config_;
  HandlerPtr next_;
};

}  // namespace gatehouse::middleware
