#include "bench/odoo_sim/gevent_connection.hpp"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "bench/odoo_sim/body_decoder.hpp"
#include "bench/odoo_sim/digest.hpp"
#include "bench/odoo_sim/head_parser.hpp"
#include "bench/odoo_sim/routes.hpp"

namespace gatehouse::odoo_sim {
namespace {

constexpr auto kResult = boost::asio::as_tuple(boost::asio::use_awaitable);

bool is_handshake(const Request& request) {
  return request.path() == "/websocket" && request.has("Connection", "upgrade") && request.has("Upgrade", "websocket");
}

// pywsgi keeps an HTTP/1.1 connection unless told otherwise.
bool is_kept(const Request& request) { return request.version == "1.1" && !request.has("Connection", "close"); }

std::string chunk(const std::string& bytes) {
  char size[20];
  return std::string(size, static_cast<std::size_t>(std::snprintf(size, sizeof size, "%zx\r\n", bytes.size()))) +
         bytes + "\r\n";
}

}  // namespace

GeventServer::Connection::Connection(GeventServer& server, boost::asio::ip::tcp::socket socket)
    : server_(server), socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

GeventServer::Connection::~Connection() {
  if (!counted_) return;
  --server_.websockets_;
  server_.stats_.websocket_closed();
}

Task GeventServer::Connection::run() {
  for (;;) {
    const bool more = co_await serve_one();
    if (!more) break;
  }
  co_await linger();
}

// Closing with unread bytes resets the connection and may take our last words with it.
Task GeventServer::Connection::linger() {
  using namespace boost::asio::experimental::awaitable_operators;
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  boost::asio::steady_timer timer(socket_.get_executor(), std::chrono::seconds(1));
  std::array<char, 4096> piece;
  for (;;) {
    auto result = co_await (socket_.async_read_some(boost::asio::buffer(piece), kResult) || timer.async_wait(kResult));
    if (result.index() == 1 || std::get<0>(std::get<0>(result))) co_return;
  }
}

boost::asio::awaitable<bool> GeventServer::Connection::serve_one() {
  HeadParser parser(Dialect::gevent);
  while (!parser.feed(buffer_)) {
    const bool more = co_await receive();
    if (!more) co_return false;
  }
  server_.stats_.count(&Counters::requests);
  if (parser.refusal() != 0) {
    co_await write_page(parser.refusal());
    co_return false;
  }
  Request request = parser.take();
  if (is_handshake(request)) {
    co_await upgrade(request);
    co_return false;
  }
  if (request.has("Expect", "100-continue")) co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  if (!server_.service_.reads_body(request)) {
    request.fields.emplace_back("Connection", "close");  // what is not read must not look like a request
    co_return co_await answer(request);
  }
  const bool whole = co_await read_body(request);
  if (!whole) co_return false;
  co_return co_await answer(request);
}

boost::asio::awaitable<bool> GeventServer::Connection::receive() {
  std::array<char, 4096> piece;
  const auto [error, size] = co_await socket_.async_read_some(boost::asio::buffer(piece), kResult);
  buffer_.append(piece.data(), size);
  co_return !error;
}

boost::asio::awaitable<bool> GeventServer::Connection::write(std::string_view bytes) {
  const auto [error, size] = co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), kResult);
  co_return !error;
}

boost::asio::awaitable<bool> GeventServer::Connection::write_page(int status) {
  const Answer page = error_page(status);
  const std::string bytes = head_of(page, Dialect::gevent, false) + page.text;
  const bool written = co_await write(bytes);
  co_return written;
}

boost::asio::awaitable<bool> GeventServer::Connection::read_body(Request& request) {
  BodyDecoder decoder(request, Dialect::gevent);
  while (!decoder.feed(buffer_, request.body)) {
    const bool more = co_await receive();
    if (!more) co_return false;
  }
  co_return !decoder.broken();
}

boost::asio::awaitable<bool> GeventServer::Connection::answer(const Request& request) {
  const Answer answer = server_.service_.answer(request, Origin{"websocket", 0, server_.random_});
  if (answer.delay.count() > 0) {
    boost::asio::steady_timer timer(socket_.get_executor(), answer.delay);
    co_await timer.async_wait(kResult);
  }
  const bool recorded = answer.shape == Answer::Shape::recorded;
  const bool keep = is_kept(request) && !answer.cut && !recorded;
  const bool written = co_await play(answer, request, keep);
  co_return written&& keep;
}

boost::asio::awaitable<bool> GeventServer::Connection::play(const Answer& answer, const Request& request, bool keep) {
  if (answer.shape == Answer::Shape::nothing) co_return false;
  if (answer.shape == Answer::Shape::verbatim) {
    co_await write(answer.text);
    co_return false;
  }
  const std::string head = head_of(answer, Dialect::gevent, keep);
  bool written = co_await write(head);
  const bool chunked = answer.shape == Answer::Shape::until_close && keep;
  const std::uint64_t size = answer.sent_size(request);
  boost::asio::steady_timer timer(socket_.get_executor());
  for (std::uint64_t at = 0; written && at < size;) {
    if (at > 0 && answer.pause.count() > 0) {
      timer.expires_after(answer.pause);
      co_await timer.async_wait(kResult);
    }
    std::string block = answer.slice_at(at);
    at += block.size();
    if (chunked) block = chunk(block);
    written = co_await write(block);
  }
  if (written && chunked) written = co_await write("0\r\n\r\n");
  co_return written;
}

Task GeventServer::Connection::upgrade(const Request& request) {
  const int problem = handshake_problem(request);
  if (problem != 0) {
    co_await write_page(problem);
    co_return;
  }
  // Out of file descriptors: nothing is answered, nothing is closed.
  while (server_.websockets_ >= server_.config_.max_websockets) {
    const bool more = co_await receive();
    if (!more) co_return;
  }
  ++server_.websockets_;
  counted_ = true;
  server_.stats_.websocket_opened();
  const Recorded* const record = server_.app_.recorded(request);
  const Answer answer = handshake_answer(request, record);
  const std::string head = head_of(answer, Dialect::gevent, true);
  const bool written = co_await write(head);
  if (!written) co_return;
  Websocket websocket(socket_, std::move(buffer_), server_.config_.websocket, record, server_.app_.config().speed);
  co_await websocket.run(request);
}

Answer GeventServer::Connection::handshake_answer(const Request& request, const Recorded* record) {
  Answer answer;
  answer.status = 101;
  answer.shape = Answer::Shape::recorded;
  const std::string* const key = request.find("Sec-WebSocket-Key");
  if (record == nullptr) {
    answer.fields = {{"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Accept", ""},
                     {"Content-Type", "text/html; charset=utf-8"},
                     {"Access-Control-Allow-Origin", "*"},
                     {"Access-Control-Allow-Methods", "GET, POST"},
                     session_cookie(server_.random_),
                     {"Date", http_date()}};
  } else {
    answer.fields = record->answer;
    answer.fields.emplace_back(kPortField, "websocket");
    const std::string what = record->difference(request);
    if (!what.empty()) answer.fields.emplace_back(kDiffersField, what);
  }
  for (auto& [name, value] : answer.fields)
    if (same_name(name, "Sec-WebSocket-Accept")) value = websocket_accept(*key);
  return answer;
}

int GeventServer::Connection::handshake_problem(const Request& request) const {
  if (request.find("Origin") == nullptr || request.find("Sec-WebSocket-Key") == nullptr) return 400;
  const std::string* const version = request.find("Sec-WebSocket-Version");
  if (version == nullptr) return 400;
  return *version == "13" ? 0 : 500;
}

}  // namespace gatehouse::odoo_sim
