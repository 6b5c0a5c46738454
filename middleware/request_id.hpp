// X-Request-Id on every answer, also on those to requests that never reach a chain: so the session gives it, always,
// and this entry only says in a list what is so anyway. It has no options.
#pragma once

#include "config/reader.hpp"
#include "proxy/core/handler.hpp"

namespace gatehouse::middleware {

class RequestId final : public Handler {
 public:
  static constexpr std::string_view kName = "request_id";
  struct Config {
    static Config read(config::Reader r);
  };

  RequestId(Config, HandlerPtr next) : next_(std::move(next)) {}
  Reply handle(Exchange& ex) override;

 private:
  HandlerPtr next_;
};

}  // namespace gatehouse::middleware
