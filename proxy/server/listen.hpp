// Listening sockets: one for each worker with SO_REUSEPORT, or those that systemd hands over.
#pragma once

#include <string>
#include <vector>

#include "proxy/core/net.hpp"
#include "proxy/server/session_config.hpp"

namespace gatehouse::server {

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Listening {
  ListenerConfig config;
  tcp::endpoint endpoint;   // with the port that the kernel gave
  std::vector<Fd> sockets;  // one for each worker
};

// Sockets that the service manager passed (LISTEN_FDS, sd_listen_fds(3)); they replace the listener of the same
// address. Unsets the variables.
std::vector<Fd> inherited_sockets();

// Throws std::system_error whose what() names listener and address: "listener web 0.0.0.0:80: address already in use".
Listening listen(const ListenerConfig& config, std::size_t workers, std::vector<Fd>& inherited);

}  // namespace gatehouse::server
