#include "bench/odoo_sim/socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace gatehouse::odoo_sim {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool ready(int fd, short events, std::chrono::milliseconds timeout) {
  pollfd wait{fd, events, 0};
  int result = 0;
  do result = ::poll(&wait, 1, static_cast<int>(timeout.count()));
  while (result < 0 && errno == EINTR);
  return result > 0;
}

std::chrono::milliseconds until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds{0});
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Socket::Socket(Descriptor fd, std::chrono::milliseconds timeout) : fd_(std::move(fd)), timeout_(timeout) {
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Socket::Received Socket::receive(std::span<char> into) {
  for (;;) {
    if (!ready(fd_.get(), POLLIN, timeout_)) return {Io::timeout, 0};
    const ssize_t size = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
    if (size > 0) return {Io::ok, static_cast<std::size_t>(size)};
    if (size == 0) return {Io::end, 0};
    if (!would_block()) return {Io::failed, 0};
  }
}

Io Socket::send_all(std::string_view bytes) {
  const auto deadline = Clock::now() + timeout_;
  while (!bytes.empty()) {
    if (!ready(fd_.get(), POLLOUT, until(deadline))) return Io::timeout;
    const ssize_t size = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && !would_block()) return Io::failed;
    if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return Io::ok;
}

void Socket::finish() {
  ::shutdown(fd_.get(), SHUT_WR);
  fd_ = Descriptor{};
}

Descriptor listen_on(const Endpoint& endpoint, int backlog) {
  Descriptor fd(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) fail("socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) < 0) fail("bind");
  if (::listen(fd.get(), backlog) < 0) fail("listen");
  return fd;
}

Endpoint local_endpoint(int fd) {
  Endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(fd, endpoint.data(), &size) < 0) fail("getsockname");
  endpoint.resize(size);
  return endpoint;
}

std::size_t accept_queue(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  // A listening socket reports the length of its accept queue here.
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 || info.tcpi_state != TCP_LISTEN) return 0;
  return info.tcpi_unacked;
}

Descriptor connect_to(const Endpoint& endpoint, const boost::asio::ip::address& source,
                      std::chrono::milliseconds timeout) {
  Descriptor fd(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const Endpoint from(source, 0);
  if (!fd || ::bind(fd.get(), from.data(), static_cast<socklen_t>(from.size())) < 0) return Descriptor{};
  if (::connect(fd.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) < 0) {
    if (errno != EINPROGRESS || !ready(fd.get(), POLLOUT, timeout)) return Descriptor{};
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0) return Descriptor{};
  }
  return fd;
}

}  // namespace gatehouse::odoo_sim
