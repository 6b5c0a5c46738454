// A running node: the control thread with registry, signals and reload; the admin thread; the workers.
#pragma once

#include <filesystem>
#include <mutex>
#include <thread>

#include <boost/asio/signal_set.hpp>

#include "proxy/admin/admin.hpp"
#include "proxy/admin/metrics.hpp"
#include "proxy/core/job_pool.hpp"
#include "proxy/main/assemble.hpp"
#include "proxy/main/settings.hpp"
#include "proxy/main/wiring.hpp"
#include "routing/file_watch.hpp"
#include "routing/registry_file.hpp"

namespace gatehouse {

class App {
 public:
  // Opens every socket; throws std::system_error naming what it could not open.
  App(Settings settings, std::filesystem::path config_file);
  ~App();

  // Loads the tenants; false and the problems when there are errors.
  bool load(config::Problems& problems);
  // Serves until SIGTERM or SIGINT has drained everything. `ready` is called once, when requests are served.
  void run(const std::function<void()>& ready);
  std::vector<std::string> listening() const;
  const Settings& settings() const { return settings_; }

 private:
  void start_admin();
  void wire();
  void watch_signals();
  enum class Change : std::uint8_t { tenants, configuration };
  void ask_for(Change change);
  Task<> change_all();
  Task<> reload();
  Task<bool> apply(Settings& next, config::Problems& problems);
  Task<> refresh_registry();
  Task<bool> refresh(config::Problems& problems);
  bool read_registry(config::Problems& problems);
  static server::SessionConfigPtr within_descriptors(server::SessionConfig config);
  void publish_routes();
  void publish_chain();
  void set_not_ready(std::string why);
  void begin_shut_down();
  Task<> shut_down();
  void every_second();
  Task<std::string> metrics();

  Settings settings_;
  std::filesystem::path config_file_;
  net::io_context control_{1}, admin_loop_{1};
  JobPool jobs_{1};  // one: changes are one after the other
  SpoolSpace spool_;
  std::unique_ptr<AccessLog> access_log_;
  unsigned threads_;
  upstream::Ledger ledger_;
  upstream::Discovery discovery_;
  upstream::Backends backends_;
  server::Server server_;
  std::vector<WorkerWiring*> wirings_;  // owned by the workers
  std::optional<Chains> chains_;
  SeriesTable series_;
  std::optional<routing::FileRegistry> registry_;
  std::optional<routing::FileWatch> watch_;
  net::signal_set signals_;
  Timer second_;
  admin::Server admin_;
  std::thread admin_thread_;
  std::atomic<bool> hurry_{false};
  bool stopping_ = false;
  bool reload_wanted_ = false, refresh_wanted_ = false, changing_ = false;

  // What the admin thread reads.
  std::mutex mutex_;
  std::string not_ready_ = "registry not loaded";
  routing::RoutesPtr routes_;
  std::vector<std::string> series_names_;
  TimePoint registry_read_{};     // the last look that succeeded
  bool registry_synced_ = false;  // nothing is newer than what is served
  std::uint64_t reloads_ = 0, reload_failures_ = 0, registry_problems_ = 0;
};

}  // namespace gatehouse
