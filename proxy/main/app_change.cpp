// How a running node changes: its tenants, its configuration. One change at a time; reading and merging happen on the
// job pool, so that signals and DNS are heard meanwhile.
#include <boost/asio/co_spawn.hpp>

#include "middleware/registry.hpp"
#include "proxy/core/log.hpp"
#include "proxy/main/app.hpp"

namespace gatehouse {
namespace {

constexpr std::size_t kDescriptorsPerConnection = 3;  // client, upstream, spool file
constexpr std::size_t kOwnDescriptors = 256;

void log_problems(const config::Problems& problems) {
  for (const auto& problem : problems.list()) {
    const bool error = problem.severity == config::Problem::Severity::error;
    log::write(error ? log::Level::error : log::Level::warn, "configuration problem",
               {{"problem", to_string(problem)}});
  }
}

}  // namespace

// Connections for which there are file descriptors; a limit above that would end in refused accepts.
server::SessionConfigPtr App::within_descriptors(server::SessionConfig config) {
  const auto files = server::raise_file_limit();
  const auto affordable = files > kOwnDescriptors ? (files - kOwnDescriptors) / kDescriptorsPerConnection : 64;
  if (config.client.connections > affordable) {
    log::info("connections limited by file descriptors", {{"connections", affordable}, {"file_descriptors", files}});
    config.client.connections = static_cast<unsigned>(affordable);
  }
  return std::make_shared<server::SessionConfig>(std::move(config));
}

// On whatever thread: touches nothing that runs. True when there are new routes.
bool App::read_registry(config::Problems& problems) {
  backends_.rollback();  // of a load that broke off
  const bool changed = registry_->refresh(problems);
  chains_->forget_unused();
  return changed;
}

// All or nothing, pools included.
Task<bool> App::refresh(config::Problems& problems) {
  auto work = [&] { return read_registry(problems); };
  const bool changed = co_await jobs_.offload(control_.get_executor(), work);
  if (problems.any_errors()) backends_.rollback();
  else backends_.commit();
  co_return changed;
}

void App::ask_for(Change change) {
  (change == Change::configuration ? reload_wanted_ : refresh_wanted_) = true;
  if (std::exchange(changing_, true)) return;
  auto done = [this](std::exception_ptr failed) {
    changing_ = false;
    if (failed) log::error("change failed, kept as it was", {{"registry", registry_->describe()}});
  };
  net::co_spawn(control_, change_all(), std::move(done));
}

Task<> App::change_all() {
  while (reload_wanted_ || refresh_wanted_) {
    if (std::exchange(reload_wanted_, false)) co_await reload();
    else if (std::exchange(refresh_wanted_, false)) co_await refresh_registry();
  }
}

Task<> App::refresh_registry() {
  config::Problems problems;
  const bool changed = co_await refresh(problems);
  log_problems(problems);
  {
    const std::lock_guard lock(mutex_);
    registry_synced_ = !problems.any_errors();
    if (!registry_synced_) ++registry_problems_;
    else registry_read_ = Clock::now();
  }
  if (problems.any_errors()) log::error("tenants kept as they were", {{"registry", registry_->describe()}});
  if (!changed) co_return;
  publish_routes();
  log::info("tenants changed",
            {{"tenants", registry_->routes()->tenants->size()}, {"hosts", registry_->routes()->hosts->size()}});
}

void App::publish_routes() {
  const auto routes = registry_->routes();
  for (std::size_t i = 0; i < wirings_.size(); ++i)
    server_.workers()[i]->post([wiring = wirings_[i], routes] { wiring->router()->set_routes(routes); });
  const std::lock_guard lock(mutex_);
  routes_ = routes;
  series_names_ = series_.names();
}

void App::publish_chain() {
  for (std::size_t i = 0; i < wirings_.size(); ++i) {
    config::Problems none;
    auto chain = middleware::build_chain(settings_.middlewares, "middlewares", wirings_[i]->router(), none);
    server_.workers()[i]->post([wiring = wirings_[i], chain = std::move(chain)] { wiring->set_chain(chain); });
  }
}

// The whole document or nothing of it.
Task<> App::reload() {
  config::Problems problems;
  auto next = Settings::read_file(config_file_, problems);
  if (!problems.any_errors())
    for (const auto& key : settings_.needs_restart(next))
      problems.error(key, "cannot change while running, restart for it");
  bool good = !problems.any_errors();
  if (good) good = co_await apply(next, problems);
  log_problems(problems);
  if (good) log::info("configuration reloaded");
  else log::error("configuration kept as it was", {{"file", config_file_.string()}});
  const std::lock_guard lock(mutex_);
  ++(good ? reloads_ : reload_failures_);
}

Task<bool> App::apply(Settings& next, config::Problems& problems) {
  registry_->set_defaults(next.defaults);
  const bool changed = co_await refresh(problems);
  if (problems.any_errors()) {
    registry_->set_defaults(settings_.defaults);
    co_return false;
  }
  settings_ = std::move(next);
  log::init(settings_.log);
  server_.set_config(within_descriptors(settings_.session));
  publish_chain();
  if (changed) publish_routes();
  co_return true;
}

}  // namespace gatehouse
