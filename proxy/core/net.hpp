// The one loop and the one executor type. Every alias names it, so that a socket of another loop does not compile.
#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gatehouse {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;
using namespace std::chrono_literals;

using Executor = net::io_context::executor_type;
template <class T = void>
using Task = net::awaitable<T, Executor>;
using TcpSocket = net::basic_stream_socket<tcp, Executor>;
using TcpAcceptor = net::basic_socket_acceptor<tcp, Executor>;
using Timer =
    net::basic_waitable_timer<std::chrono::steady_clock, net::wait_traits<std::chrono::steady_clock>, Executor>;

// Errors as values: `auto [ec, n] = co_await socket.async_read_some(buffer, use_tuple);`
inline constexpr net::as_tuple_t<net::use_awaitable_t<Executor>> use_tuple{};
inline constexpr net::use_awaitable_t<Executor> use_task{};

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

}  // namespace gatehouse
