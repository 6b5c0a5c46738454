// Keep-alive connections to one address, as a browser keeps them: at most kMaxConnections, who finds none free waits.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace gatehouse::replay {

using Endpoint = boost::asio::ip::tcp::endpoint;
template <class T = void>
using Task = boost::asio::awaitable<T>;

inline constexpr std::chrono::seconds kPatience{60};  // for one exchange

struct Connection {
  explicit Connection(boost::asio::io_context& loop) : stream(loop) {}

  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;
  bool used = false;  // an answer came on it before: its server may be about to close it
};

// nullptr and an error when there was no connection.
Task<std::unique_ptr<Connection>> connect(boost::asio::io_context& loop, Endpoint to, boost::system::error_code& error);

class Pool {
 public:
  static constexpr std::size_t kMaxConnections = 6;

  Pool(boost::asio::io_context& loop, Endpoint to);

  // Each acquire is followed by one release. `fresh`: never a used one. nullptr and an error when there was no
  // connection.
  Task<std::unique_ptr<Connection>> acquire(bool fresh, boost::system::error_code& error);
  // nullptr when it is not to be used again.
  void release(std::unique_ptr<Connection> connection);

 private:
  boost::asio::io_context& loop_;
  Endpoint to_;
  boost::asio::steady_timer free_;
  std::size_t busy_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace gatehouse::replay
