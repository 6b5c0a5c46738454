// The node's configuration: a tree of the components' own Configs, read from one document, whole or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "proxy/core/access_log.hpp"
#include "proxy/core/log.hpp"
#include "proxy/core/spool.hpp"
#include "proxy/server/server.hpp"
#include "proxy/upstream/discovery.hpp"
#include "routing/tenant.hpp"

namespace gatehouse {

struct Settings {
  std::string node;
  std::string region;
  unsigned threads = 0;  // 0: auto
  std::vector<server::ListenerConfig> listeners;
  server::SessionConfig session;
  SpoolSpace::Config spool;
  std::filesystem::path registry;  // a file or a directory of tenants
  routing::Defaults defaults = routing::Defaults::built_in();
  config::Json middlewares = config::Json::array();  // the node's own, before the tenant is known
  upstream::Discovery::Config dns;
  config::HostPort admin{"127.0.0.1", 9180};
  std::optional<config::HostPort> probes;
  log::Config log;
  AccessLog::Config access_log;
  std::uint32_t metrics_tenants = 1000;
  server::DrainConfig drain;

  // Problems carry their path in the document. What it says wrong keeps its default, so that all problems are found.
  static Settings read(const config::Json& document, const std::filesystem::path& directory,
                       config::Problems& problems);
  static Settings read_file(const std::filesystem::path& file, config::Problems& problems);

  // What a running process cannot change: "listeners", "threads" … of the keys that differ.
  std::vector<std::string> needs_restart(const Settings& next) const;
};

}  // namespace gatehouse
