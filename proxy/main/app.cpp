#include "proxy/main/app.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include <boost/asio/co_spawn.hpp>

#include "middleware/registry.hpp"
#include "proxy/core/log.hpp"
#include "proxy/core/run_loop.hpp"

namespace gatehouse {
namespace {

// sd_notify(3) without its library: one datagram to the service manager.
void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (!path || (*path != '/' && *path != '@') || std::strlen(path) >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  if (*path == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size);
  ::close(fd);
}

tcp::endpoint endpoint_of(const config::HostPort& address) {
  error_code ec;
  const auto ip = net::ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, ec);
  if (ec) throw std::system_error(EADDRNOTAVAIL, std::generic_category(), "admin " + address.to_string());
  return {ip, address.port};
}

}  // namespace

App::App(Settings settings, std::filesystem::path config_file)
    : settings_(std::move(settings)),
      config_file_(std::move(config_file)),
      spool_(settings_.spool),
      access_log_(settings_.access_log.path.empty() ? nullptr : std::make_unique<AccessLog>(settings_.access_log)),
      threads_(settings_.threads ? settings_.threads : server::granted_processors()),
      ledger_(threads_),
      discovery_(control_.get_executor(), ledger_, settings_.dns),
      backends_(discovery_),
      server_(settings_.listeners, threads_, within_descriptors(settings_.session), spool_, access_log_.get()),
      series_(settings_.metrics_tenants),
      signals_(control_, SIGTERM, SIGINT, SIGHUP),
      second_(control_.get_executor()),
      admin_(admin_loop_.get_executor(), {.not_ready =
                                              [this] {
                                                const std::lock_guard lock(mutex_);
                                                return not_ready_;
                                              },
                                          .metrics = [this] { return metrics(); }}) {
  signals_.add(SIGUSR1);
  start_admin();
  wire();
  admin_thread_ = std::thread([this] { run_loop(admin_loop_, "admin"); });
}

App::~App() {
  jobs_.join();
  admin_loop_.stop();
  if (admin_thread_.joinable()) admin_thread_.join();
  server_.stop();
}

void App::start_admin() {
  admin_.listen(endpoint_of(settings_.admin));
  if (settings_.probes) admin_.listen(endpoint_of(*settings_.probes));
}

void App::wire() {
  std::vector<upstream::UpstreamContext*> contexts;
  server_.wire([&](server::Worker& worker) {
    auto wiring = std::make_unique<WorkerWiring>(worker, ledger_, spool_);
    wirings_.push_back(wiring.get());
    contexts.push_back(&wiring->upstream());
    return wiring;
  });
  chains_.emplace(std::make_shared<upstream::Forward>(std::move(contexts)));
  registry_.emplace(settings_.registry, Attacher(*chains_, &backends_, &series_));
  registry_->set_defaults(settings_.defaults);
  config::Problems none;  // settings were read without errors
  for (auto* wiring : wirings_)
    wiring->set_chain(middleware::build_chain(settings_.middlewares, "middlewares", wiring->router(), none));
}

bool App::load(config::Problems& problems) {
  read_registry(problems);
  if (problems.any_errors()) return false;
  backends_.commit();
  for (auto* wiring : wirings_) wiring->router()->set_routes(registry_->routes());
  const std::lock_guard lock(mutex_);
  routes_ = registry_->routes();
  series_names_ = series_.names();
  registry_read_ = Clock::now();
  registry_synced_ = true;
  return true;
}

void App::run(const std::function<void()>& ready) {
  server_.start();
  discovery_.start();
  watch_.emplace(control_.get_executor(), settings_.registry, [this] { ask_for(Change::tenants); });
  watch_signals();
  every_second();
  set_not_ready("");
  ready();
  notify_service_manager("READY=1");
  run_loop(control_, "control");
}

std::vector<std::string> App::listening() const {
  auto all = server_.listening();
  for (const auto& endpoint : admin_.endpoints())
    all.push_back("admin " + endpoint.address().to_string() + ":" + std::to_string(endpoint.port()));
  return all;
}

void App::set_not_ready(std::string why) {
  const std::lock_guard lock(mutex_);
  not_ready_ = std::move(why);
}

void App::watch_signals() {
  signals_.async_wait([this](error_code ec, int signal) {
    if (ec) return;
    if (signal == SIGHUP) ask_for(Change::configuration);
    if (signal == SIGUSR1 && access_log_) access_log_->reopen();
    if (signal == SIGTERM || signal == SIGINT) {
      if (hurry_) std::_Exit(1);                          // asked three times: whatever hangs, hangs
      if (std::exchange(stopping_, true)) hurry_ = true;  // asked twice: no grace
      else begin_shut_down();
    }
    watch_signals();
  });
}

void App::every_second() {
  second_.expires_after(1s);
  second_.async_wait([this](error_code ec) {
    if (ec) return;
    ledger_.sweep();
    every_second();
  });
}

void App::begin_shut_down() {
  auto done = [this](std::exception_ptr failed) {
    if (failed) log::error("drain failed");
    control_.stop();
  };
  net::co_spawn(control_, shut_down(), std::move(done));
}

Task<> App::shut_down() {
  notify_service_manager("STOPPING=1");
  set_not_ready("draining");
  co_await server_.drain(control_.get_executor(), settings_.drain, hurry_);
  server_.stop();
  watch_.reset();
  second_.cancel();
  discovery_.stop();
  signals_.cancel();
}

Task<std::string> App::metrics() {
  admin::Snapshot shot;
  shot.stats = co_await server_.stats(admin_loop_.get_executor());
  shot.version = GATEHOUSE_VERSION;
  for (const auto& listener : server_.listeners()) shot.listeners.push_back(listener.name);
  for (const auto& endpoint : ledger_.endpoints())
    shot.endpoints.push_back({endpoint.name, endpoint.in_flight, endpoint.ejected});
  shot.spool_bytes = spool_.used();
  shot.spool_failures = spool_.failures();
  if (access_log_) shot.log_dropped = access_log_->dropped();
  const std::lock_guard lock(mutex_);
  shot.tenants = series_names_;
  shot.reloads = reloads_;
  shot.reload_failures = reload_failures_;
  shot.registry_problems = registry_problems_;
  shot.registry_synced = registry_synced_;
  if (!routes_) co_return admin::expose(shot);
  shot.registry_tenants = routes_->tenants->size();
  shot.registry_hosts = routes_->hosts->size();
  if (!registry_synced_)
    shot.registry_age_seconds = std::chrono::duration<double>(Clock::now() - registry_read_).count();
  for (const auto& [id, tenant] : *routes_->tenants) {
    if (tenant->web.max_in_flight == 0) ++shot.uncapped_tenants;
    if (tenant->expires_at && *tenant->expires_at <= std::chrono::system_clock::now()) ++shot.expired_tenants;
    if (tenant->series == 0) continue;
    const auto& state = tenant->backend->state();
    const auto web = ledger_.usage(state.web, state.queue);
    shot.pools.push_back({id, "web", web.in_flight, web.queued, web.capacity});
    const auto sockets = ledger_.usage(state.websocket, {});
    shot.pools.push_back({id, "websocket", state.sockets.load() + 0u, 0, sockets.capacity});
  }
  co_return admin::expose(shot);
}

}  // namespace gatehouse
