#include "middleware/access_log.hpp"

#include "proxy/core/exchange.hpp"

namespace gatehouse::middleware {

AccessLog::Config AccessLog::Config::read(config::Reader r) {
  Config config;
  r.optional("enabled", config.enabled);
  return config;
}

Reply AccessLog::handle(Exchange& ex) {
  ex.record.logged = config_.enabled;
  return next_->handle(ex);
}

}  // namespace gatehouse::middleware
