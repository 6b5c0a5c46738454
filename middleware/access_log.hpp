// Whether the exchanges of a chain are in the access log: one more of these further in, a tenant's or a tier's, has the
// last word. The session writes the line, in the node's format (proxy/core/access_log.hpp).
#pragma once

#include "config/reader.hpp"
#include "proxy/core/handler.hpp"

namespace gatehouse::middleware {

class AccessLog final : public Handler {
 public:
  static constexpr std::string_view kName = "access_log";
  struct Config {
    bool enabled = true;
    static Config read(config::Reader r);
  };

  AccessLog(Config config, HandlerPtr next) : config_(config), next_(std::move(next)) {}
  Reply handle(Exchange& ex) override;

 private:
  Config config_;
  HandlerPtr next_;
};

}  // namespace gatehouse::middleware
