#include "bench/replay/pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gatehouse::replay {
namespace {

constexpr auto kResult = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

Task<std::unique_ptr<Connection>> connect(boost::asio::io_context& loop, Endpoint to,
                                          boost::system::error_code& error) {
  auto connection = std::make_unique<Connection>(loop);
  connection->stream.expires_after(kPatience);
  std::tie(error) = co_await connection->stream.async_connect(to, kResult);
  if (error) connection.reset();
  co_return connection;
}

Pool::Pool(boost::asio::io_context& loop, Endpoint to)
    : loop_(loop), to_(to), free_(loop, boost::asio::steady_timer::time_point::max()) {}

Task<std::unique_ptr<Connection>> Pool::acquire(bool fresh, boost::system::error_code& error) {
  while (busy_ >= kMaxConnections) co_await free_.async_wait(kResult);
  ++busy_;
  if (fresh) idle_.clear();
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    co_return connection;
  }
  auto connection = co_await connect(loop_, to_, error);
  co_return connection;
}

void Pool::release(std::unique_ptr<Connection> connection) {
  --busy_;
  if (connection) {
    connection->used = true;
    connection->stream.expires_never();
    idle_.push_back(std::move(connection));
  }
  free_.cancel_one();
}

}  // namespace gatehouse::replay
