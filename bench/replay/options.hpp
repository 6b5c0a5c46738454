// The command line of replay.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/units.hpp"

namespace gatehouse::replay {

struct Options {
  config::HostPort to;
  std::optional<config::HostPort> websocket_to;  // replay straight to a simulator: its websocket port
  std::string recording;
  std::string host;       // empty: as recorded
  double speed = 20;      // recorded times are divided by it
  std::size_t limit = 0;  // requests; 0: all
  bool json = false;
};

// None when something is wrong or help was asked for; said on standard error.
std::optional<Options> read_options(const std::vector<std::string_view>& words);

}  // namespace gatehouse::replay
