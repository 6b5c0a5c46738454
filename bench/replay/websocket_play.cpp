#include "bench/replay/websocket_play.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "bench/odoo_sim/frames.hpp"

namespace gatehouse::replay {
namespace {

namespace http = boost::beast::http;
using odoo_sim::Frame;
using odoo_sim::Recorded;

constexpr auto kResult = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::uint32_t kMask = 0x37fa213d;
constexpr int kSessionExpired = 4001;  // what the simulator closes with when the recorded client did not close
constexpr std::uint64_t kMaxFrame = 1 << 20;

// What came on a websocket up to its close.
struct Received {
  std::string text;
  int close_code = 0;  // 0: the stream ended without a close frame
};

Task<bool> send(Connection& connection, const Frame& frame) {
  const std::string bytes = encode(frame, kMask);
  const auto [error, size] = co_await boost::asio::async_write(connection.stream, boost::asio::buffer(bytes), kResult);
  co_return !error;
}

Task<Received> receive_all(Connection& connection) {
  odoo_sim::FrameReader reader(kMaxFrame);
  std::string buffer = boost::beast::buffers_to_string(connection.buffer.data());
  std::array<char, 4096> piece;
  Received received;
  while (received.close_code == 0) {
    const auto frame = reader.next(buffer);
    if (frame && frame->opcode == Frame::close) received.close_code = frame->close_code();
    if (frame && frame->opcode == Frame::text) received.text += frame->payload;
    if (frame && frame->opcode == Frame::ping) {
      const Frame pong{.opcode = Frame::pong, .payload = frame->payload};
      co_await send(connection, pong);
    }
    if (frame) continue;
    const auto [error, size] = co_await connection.stream.async_read_some(boost::asio::buffer(piece), kResult);
    if (error) break;
    buffer.append(piece.data(), size);
  }
  co_return received;
}

Verdict check_received(const Recorded& record, const Received& received) {
  const int expected = record.websocket->closed_by_client ? 1000 : kSessionExpired;
  if (received.close_code != expected)
    return {"websocket close", "expected " + std::to_string(expected) + ", got " + std::to_string(received.close_code)};
  const std::string text = record.websocket_text().all();
  if (received.text == text) return {};
  return {"websocket text", "expected " + std::to_string(text.size()) + " bytes, got " +
                                std::to_string(received.text.size()) + " or other ones"};
}

Task<Verdict> handshake(Connection& connection, const Recorded& record, const WebsocketPlay& play) {
  Request request = request_of(record, play.host);
  const auto [write_error, written] = co_await http::async_write(connection.stream, request, kResult);
  if (write_error) co_return Verdict{"websocket handshake", write_error.message()};
  http::response_parser<http::empty_body> parser;
  const auto [error, size] = co_await http::async_read_header(connection.stream, connection.buffer, parser, kResult);
  if (error) co_return Verdict{"websocket handshake", error.message()};
  co_return check_head(record, parser.get().result_int(), parser.get().base(), play.through_edge);
}

}  // namespace

Task<Verdict> WebsocketPlay::play(const Recorded& record) const {
  boost::system::error_code error;
  const auto connection = co_await connect(loop, to, error);
  if (!connection) co_return Verdict{"connect", error.message()};
  const auto lifetime = record.websocket->lifetime / speed;
  connection->stream.expires_after(kPatience + std::chrono::ceil<std::chrono::seconds>(lifetime));
  const Verdict head = co_await handshake(*connection, record, *this);
  if (!head.good()) co_return head;

  const auto& frames = record.websocket->client_frames;
  const auto interval = std::chrono::ceil<std::chrono::microseconds>(lifetime / static_cast<double>(frames.size() + 1));
  boost::asio::steady_timer timer(loop);
  for (const auto& recorded : frames) {
    timer.expires_after(interval);
    co_await timer.async_wait(kResult);
    const Frame frame{.opcode = recorded.opcode, .payload = recorded.text};
    const bool sent = co_await send(*connection, frame);
    if (!sent) break;
  }
  if (record.websocket->closed_by_client) {
    timer.expires_after(interval);
    co_await timer.async_wait(kResult);
    const Frame close = odoo_sim::close_frame(1000);
    co_await send(*connection, close);
  }
  const Received received = co_await receive_all(*connection);
  co_return check_received(record, received);
}

}  // namespace gatehouse::replay
