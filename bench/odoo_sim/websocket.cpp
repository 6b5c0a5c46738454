#include "bench/odoo_sim/websocket.hpp"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

namespace gatehouse::odoo_sim {
namespace {

constexpr auto kResult = boost::asio::as_tuple(boost::asio::use_awaitable);

// {"close":4001} → 4001
int asked_to_close(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("close") || !json["close"].is_number_integer()) return 0;
  return json["close"].get<int>();
}

}  // namespace

Websocket::Websocket(boost::asio::ip::tcp::socket& socket, std::string early, const Config& config,
                     const Recorded* record, double speed)
    : socket_(socket),
      timer_(socket.get_executor()),
      buffer_(std::move(early)),
      config_(config),
      record_(record),
      reader_(config.max_message) {
  if (record_ == nullptr) return;
  lifetime_ = record_->websocket->lifetime / speed;
  if (!record_->websocket->closed_by_client) end_ = Clock::now() + std::chrono::ceil<Clock::duration>(lifetime_);
}

Task Websocket::run(const Request& handshake) {
  const bool outdated = handshake.query("version").value_or(config_.version) != config_.version;
  if (outdated && handshake.find("User-Agent") != nullptr) co_await close(1000, "OUTDATED_VERSION");
  else if (record_ != nullptr) co_await send_recorded();
  while (open_) {
    co_await serve_frames();
    if (!open_) break;
    const bool more = co_await receive();
    if (!more) co_await quiet();
  }
}

Task Websocket::send(const Frame& frame) {
  const std::string bytes = encode(frame);
  const auto [error, size] = co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), kResult);
  if (error) open_ = false;
}

Task Websocket::close(int code, std::string_view reason) {
  const Frame frame = close_frame(code, reason);
  co_await send(frame);
  open_ = false;
}

Task Websocket::send_recorded() {
  const Filler text = record_->websocket_text();
  std::uint64_t at = 0;
  for (const std::size_t size : record_->websocket->down_frames()) {
    const Frame frame = text_frame(text.slice(at, size));
    co_await send(frame);
    at += size;
  }
}

Task Websocket::serve_frames() {
  while (open_) {
    auto frame = reader_.next(buffer_);
    if (reader_.problem() != 0) co_await close(reader_.problem(), "");
    if (!frame || !open_) co_return;
    heard_ = Clock::now();
    pinged_ = false;
    co_await take(*frame);
  }
}

Task Websocket::take(const Frame& frame) {
  if (!frame.masked) co_return co_await close(1002, "");
  if (too_fast()) co_return co_await close(1013, "");
  if (frame.opcode == Frame::close) co_return co_await take_close(frame);
  if (frame.opcode == Frame::ping) {
    const Frame pong{.opcode = Frame::pong, .payload = frame.payload};
    co_return co_await send(pong);
  }
  if (frame.is_control()) co_return;
  message_ += frame.payload;
  if (message_.size() > config_.max_message) co_return co_await close(1009, "");
  if (!frame.last) co_return;
  const std::string text = std::exchange(message_, {});
  if (record_ != nullptr) co_return co_await take_recorded(text);
  co_await take_message(text);
}

Task Websocket::take_message(const std::string& text) {
  const int code = asked_to_close(text);
  if (code != 0) co_return co_await close(code, "");
  const Frame echo = text_frame(text);
  co_await send(echo);
}

Task Websocket::take_recorded(const std::string& text) {
  const auto& expected = record_->websocket->client_frames;
  if (taken_ >= expected.size() || expected[taken_].text != text) co_return co_await close(1008, "frame differs");
  ++taken_;
}

Task Websocket::take_close(const Frame& frame) {
  const bool all = record_ == nullptr || taken_ == record_->websocket->client_frames.size();
  if (!all) co_return co_await close(1008, "frames are missing");
  co_await close(frame.close_code() == 1005 ? 1000 : frame.close_code(), "");
}

Task Websocket::quiet() {
  if (!open_) co_return;
  if (end_ && Clock::now() >= *end_) co_return co_await close(4001, "SESSION_EXPIRED");
  if (Clock::now() < deadline()) co_return;
  if (pinged_) co_return co_await close(1011, "no pong");
  pinged_ = true;
  const Frame ping{.opcode = Frame::ping};
  co_await send(ping);
}

boost::asio::awaitable<bool> Websocket::receive() {
  using namespace boost::asio::experimental::awaitable_operators;
  std::array<char, 2048> piece;
  timer_.expires_at(deadline());
  auto result = co_await (socket_.async_read_some(boost::asio::buffer(piece), kResult) || timer_.async_wait(kResult));
  if (result.index() == 1) co_return false;
  const auto [error, size] = std::get<0>(result);
  if (error) open_ = false;
  buffer_.append(piece.data(), size);
  co_return !error;
}

Websocket::Clock::time_point Websocket::deadline() const {
  const auto next = heard_ + config_.ping_after + (pinged_ ? config_.pong_within : std::chrono::milliseconds{0});
  return end_ ? std::min(next, *end_) : next;
}

// websocket_rate_limit_burst and _delay: the last `burst` frames must have taken burst × interval.
bool Websocket::too_fast() {
  if (config_.burst == 0) return false;
  const auto now = Clock::now();
  arrivals_.push_back(now);
  if (arrivals_.size() <= config_.burst) return false;
  const auto first = arrivals_.front();
  arrivals_.pop_front();
  return now - first < config_.frame_interval * static_cast<int>(config_.burst);
}

}  // namespace gatehouse::odoo_sim
