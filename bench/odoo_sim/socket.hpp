// Blocking sockets with Python's meaning of settimeout(), because Odoo's troubles come from there: each receive waits
// up to the timeout; a whole sendall() has the timeout once, however much it has to send (CPython 3.5 and later).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

namespace gatehouse::odoo_sim {

using Endpoint = boost::asio::ip::tcp::endpoint;

enum class Io { ok, end, timeout, failed };

// A file descriptor with an owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept { return std::swap(fd_, other.fd_), *this; }
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

class Socket {
 public:
  Socket(Descriptor fd, std::chrono::milliseconds timeout);  // sets TCP_NODELAY, as WorkerHTTP does

  struct Received {
    Io io;
    std::size_t size;
  };
  Received receive(std::span<char> into);
  Io send_all(std::string_view bytes);
  // What socketserver.shutdown_request does: FIN, then close. Bytes nobody has read turn this into a reset.
  void finish();

 private:
  Descriptor fd_;
  std::chrono::milliseconds timeout_;
};

// Throws std::system_error. The listener does not block in accept: several workers wait for the same connection.
Descriptor listen_on(const Endpoint& endpoint, int backlog);
Endpoint local_endpoint(int fd);
// Connections that wait in the accept queue of a listening socket.
std::size_t accept_queue(int fd);
// A connection from `source` (its port 0 for any); not open when it failed.
Descriptor connect_to(const Endpoint& endpoint, const boost::asio::ip::address& source,
                      std::chrono::milliseconds timeout);

}  // namespace gatehouse::odoo_sim
