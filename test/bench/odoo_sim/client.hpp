// A blocking client for the simulator's tests, and simulators on ports that the kernel gives.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include <nlohmann/json.hpp>

#include "bench/odoo_sim/frames.hpp"
#include "bench/odoo_sim/odoo_sim.hpp"

namespace gatehouse::odoo_sim {

using namespace std::chrono_literals;

inline OdooSim::Config quick_config(int workers) {
  OdooSim::Config config;
  config.web.workers = workers;
  config.web.socket_timeout = 150ms;
  return config;
}

struct StartedSim : OdooSim {
  explicit StartedSim(Config config) : OdooSim(std::move(config)) { start(); }
  explicit StartedSim(int workers = 2) : StartedSim(quick_config(workers)) {}
};

class Client {
 public:
  explicit Client(const Endpoint& to, std::chrono::milliseconds patience = 5s)
      : fd_(connect_to(to, boost::asio::ip::address_v4::loopback(), patience)),
        connected_(static_cast<bool>(fd_)),
        socket_(std::move(fd_), patience) {}

  bool connected() const { return connected_; }
  void send(std::string_view bytes) { socket_.send_all(bytes); }
  void finish() { socket_.finish(); }

  // Up to the end of the stream; last() says how that came.
  std::string read_all() {
    while (receive()) {
    }
    return std::exchange(buffer_, {});
  }
  std::string read_until(std::string_view mark) {
    while (buffer_.find(mark) == std::string::npos)
      if (!receive()) return std::exchange(buffer_, {});
    const std::size_t end = buffer_.find(mark) + mark.size();
    std::string text = buffer_.substr(0, end);
    buffer_.erase(0, end);
    return text;
  }
  std::string read_exactly(std::size_t size) {
    while (buffer_.size() < size && receive()) {
    }
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }
  Frame read_frame() {
    FrameReader reader(1 << 20);
    for (;;) {
      if (auto frame = reader.next(buffer_)) return *frame;
      if (!receive()) return Frame{.opcode = -1};
    }
  }
  Io last() const { return last_; }

 private:
  bool receive() {
    std::array<char, 65536> piece;
    const auto received = socket_.receive(piece);
    buffer_.append(piece.data(), received.size);
    last_ = received.io;
    return received.io == Io::ok;
  }

  Descriptor fd_;
  bool connected_;
  Socket socket_;
  std::string buffer_;
  Io last_ = Io::ok;
};

inline std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: acme.localtest\r\n" + std::string(more) + "\r\n";
}

inline std::string post(std::string_view target, std::string_view type, std::string_view body) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: acme.localtest\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string ask(const Endpoint& to, std::string_view bytes) {
  Client client(to);
  client.send(bytes);
  return client.read_all();
}

inline std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

inline bool starts_with(const std::string& text, std::string_view head) { return text.starts_with(head); }
inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Waits for what another thread is about to do; false after 5 s.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace gatehouse::odoo_sim
