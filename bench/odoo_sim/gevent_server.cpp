#include "bench/odoo_sim/gevent_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bench/odoo_sim/gevent_connection.hpp"

namespace gatehouse::odoo_sim {
namespace {

constexpr int kBacklog = 256;  // gevent's StreamServer

}  // namespace

GeventServer::GeventServer(Config config, const Service& service, const App& app, Stats& stats)
    : config_(std::move(config)), service_(service), app_(app), stats_(stats), random_(config_.seed) {
  acceptor_.emplace(*loop_, config_.address.protocol());
  acceptor_->set_option(boost::asio::socket_base::reuse_address(true));
  acceptor_->bind(config_.address);
  acceptor_->listen(kBacklog);
  endpoint_ = acceptor_->local_endpoint();
  boost::asio::co_spawn(*loop_, accept_all(), boost::asio::detached);
  thread_ = std::thread([this] { loop_->run(); });
}

void GeventServer::stop() {
  if (!thread_.joinable()) return;
  // odoo: PreforkServer.stop kills the gevent process. The loop takes its suspended connections with it.
  loop_->stop();
  thread_.join();
  acceptor_.reset();
  loop_.reset();
}

Task GeventServer::accept_all() {
  for (;;) {
    auto [error, socket] = co_await acceptor_->async_accept(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (!error) boost::asio::co_spawn(*loop_, serve(std::move(socket)), boost::asio::detached);
  }
}

Task GeventServer::serve(boost::asio::ip::tcp::socket socket) {
  Connection connection(*this, std::move(socket));
  co_await connection.run();
}

}  // namespace gatehouse::odoo_sim
