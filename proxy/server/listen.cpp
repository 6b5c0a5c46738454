#include "proxy/server/listen.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace gatehouse::server {
namespace {

constexpr int kBacklog = 4096;
constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START

[[noreturn]] void fail(const ListenerConfig& config, int error) {
  std::string where = "listener " + config.name + " " + config.address.to_string();
  if (error == EACCES) where += " (a port below 1024 needs CAP_NET_BIND_SERVICE)";
  throw std::system_error(error, std::generic_category(), where);
}

Fd bind_socket(const ListenerConfig& config, const tcp::endpoint& endpoint, bool reuse_port) {
  Fd fd(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) fail(config, errno);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (reuse_port) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(fd.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) fail(config, errno);
  return fd;
}

tcp::endpoint local_endpoint(int fd) {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(fd, endpoint.data(), &size) == 0) endpoint.resize(size);
  return endpoint;
}

tcp::endpoint wanted(const ListenerConfig& config) {
  error_code ec;
  const auto address = net::ip::make_address(config.address.host, ec);
  if (ec) fail(config, EADDRNOTAVAIL);
  return {address, config.address.port};
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

std::vector<Fd> inherited_sockets() {
  std::vector<Fd> sockets;
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (pid && count && std::atoll(pid) == ::getpid())
    for (int i = 0; i < std::atoi(count); ++i) {
      ::fcntl(kFirstInherited + i, F_SETFD, FD_CLOEXEC);
      sockets.emplace_back(kFirstInherited + i);
    }
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  return sockets;
}

Listening listen(const ListenerConfig& config, std::size_t workers, std::vector<Fd>& inherited) {
  Listening result{config, wanted(config), {}};
  for (auto& fd : inherited) {
    if (fd.get() < 0 || local_endpoint(fd.get()) != result.endpoint) continue;
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    for (std::size_t i = 1; i < workers; ++i) result.sockets.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    result.sockets.push_back(std::move(fd));
    return result;
  }
  // SO_REUSEPORT would share a port with another gatehouse in silence: first ask without it whether the port is free.
  if (result.endpoint.port() != 0) bind_socket(config, result.endpoint, false);
  for (std::size_t i = 0; i < workers; ++i) {
    auto fd = bind_socket(config, result.endpoint, true);
    if (::listen(fd.get(), kBacklog) != 0) fail(config, errno);
    result.endpoint = local_endpoint(fd.get());
    result.sockets.push_back(std::move(fd));
  }
  return result;
}

}  // namespace gatehouse::server
