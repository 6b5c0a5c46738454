#include "middleware/request_id.hpp"

namespace gatehouse::middleware {

RequestId::Config RequestId::Config::read(config::Reader) { return {}; }

Reply RequestId::handle(Exchange& ex) { return next_->handle(ex); }

}  // namespace gatehouse::middleware
