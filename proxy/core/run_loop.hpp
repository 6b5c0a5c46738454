// A thread's main: the loop, to its end. An exception out of a handler is a bug that costs that handler and nothing
// else.
#pragma once

#include <string_view>

#include "proxy/core/log.hpp"
#include "proxy/core/net.hpp"

namespace gatehouse {

inline void run_loop(net::io_context& context, std::string_view name) {
  while (true) {
    try {
      context.run();
      return;
    } catch (const std::exception& e) {
      log::error("handler failed", {{"loop", name}, {"what", e.what()}});
    }
  }
}

}  // namespace gatehouse
