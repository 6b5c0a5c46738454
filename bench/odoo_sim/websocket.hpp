// One websocket after its handshake, as addons/bus/websocket.py keeps it. Text is echoed; {"close":4001} closes with
// that code; with a recorded websocket the recorded bytes are sent and the recorded frames expected.
//
//   A version other than the server's, from a browser (User-Agent): close 1000 OUTDATED_VERSION, the client stays away.
//   Ping after 45 s of silence, the pong is due within 15 s.
//   Frames over the rate, pings included: 1013. Over 1 MiB: 1009. Not masked: 1002.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "bench/odoo_sim/frames.hpp"
#include "bench/odoo_sim/recording.hpp"

namespace gatehouse::odoo_sim {

using Task = boost::asio::awaitable<void>;

class Websocket {
 public:
  struct Config {
    std::string version = "18.0-5";
    std::chrono::milliseconds ping_after{45'000};
    std::chrono::milliseconds pong_within{15'000};
    std::uint64_t max_message = 1 << 20;
    std::size_t burst = 10;                         // frames; 0: no limit
    std::chrono::milliseconds frame_interval{200};  // beyond the burst
  };

  // `early`: bytes that came with the handshake. `record` with its times divided by `speed`; nullptr to echo.
  Websocket(boost::asio::ip::tcp::socket& socket, std::string early, const Config& config, const Recorded* record,
            double speed);

  // Until one side has closed.
  Task run(const Request& handshake);

 private:
  using Clock = std::chrono::steady_clock;

  Task send(const Frame& frame);
  Task close(int code, std::string_view reason);
  Task send_recorded();
  Task serve_frames();
  Task take(const Frame& frame);
  Task take_message(const std::string& text);
  Task take_recorded(const std::string& text);
  Task take_close(const Frame& frame);
  Task quiet();
  boost::asio::awaitable<bool> receive();  // false: the wait is over, or the client has gone
  Clock::time_point deadline() const;
  bool too_fast();

  boost::asio::ip::tcp::socket& socket_;
  boost::asio::steady_timer timer_;
  std::string buffer_;
  Config config_;
  const Recorded* record_;
  FrameReader reader_;
  Clock::time_point heard_ = Clock::now();
  bool pinged_ = false;
  bool open_ = true;
  std::optional<Clock::time_point> end_;  // of a recorded websocket that its server ended
  std::size_t taken_ = 0;                 // recorded client frames that came
  std::string message_;                   // of fragments
  std::deque<Clock::time_point> arrivals_;
  std::chrono::duration<double> lifetime_{0};
};

}  // namespace gatehouse::odoo_sim
