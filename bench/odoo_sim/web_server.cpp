#include "bench/odoo_sim/web_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "bench/odoo_sim/body_decoder.hpp"
#include "bench/odoo_sim/head_parser.hpp"

namespace gatehouse::odoo_sim {
namespace {

// Python's rfile reads this much ahead; what a client pipelines lands here and is thrown away with it.
constexpr std::size_t kReadAhead = 8192;

Socket::Received receive_more(Socket& socket, std::string& buffer) {
  std::array<char, kReadAhead> piece;
  const auto received = socket.receive(piece);
  buffer.append(piece.data(), received.size);
  return received;
}

}  // namespace

WebServer::WebServer(Config config, const Service& service, Stats& stats)
    : config_(std::move(config)),
      service_(service),
      stats_(stats),
      listener_(listen_on(config_.address, 8 * config_.workers)),
      stopping_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      endpoint_(local_endpoint(listener_.get())) {
  for (int i = 0; i < config_.workers; ++i) workers_.emplace_back([this, i] { work(i); });
}

void WebServer::stop() {
  if (workers_.empty()) return;
  // Ends listening at once, and resets what waits, but keeps the number of the descriptor for those who poll it.
  ::shutdown(listener_.get(), SHUT_RDWR);
  ::eventfd_write(stopping_.get(), 1);
  for (auto& worker : workers_) worker.join();
  workers_.clear();
  listener_ = Descriptor{};
}

void WebServer::work(int index) {
  std::mt19937_64 random(config_.seed + static_cast<std::uint64_t>(index));
  const Origin origin{"web", index, random};
  while (wait_for_connection()) {
    Descriptor fd = stats_.accept(listener_.get());
    if (!fd) continue;  // another worker was faster
    Socket socket(std::move(fd), config_.socket_timeout);
    serve(socket, origin);
    stats_.finished(listener_.get());
    socket.finish();
  }
}

bool WebServer::wait_for_connection() {
  std::array<pollfd, 2> wait{pollfd{listener_.get(), POLLIN, 0}, pollfd{stopping_.get(), POLLIN, 0}};
  int result = 0;
  do result = ::poll(wait.data(), wait.size(), -1);
  while (result < 0 && errno == EINTR);
  return wait[1].revents == 0;
}

void WebServer::serve(Socket& socket, const Origin& origin) {
  const auto request = read_request(socket);
  if (!request) return;
  stats_.count(&Counters::requests);
  const Answer answer = service_.answer(*request, origin);
  std::this_thread::sleep_for(answer.delay);
  const Io io = play(socket, answer, *request);
  // odoo: logs 200 all the same; the reader sees a body that ends early.
  if (io == Io::timeout) stats_.count(&Counters::truncated);
  if (io == Io::failed) stats_.count(&Counters::aborted);
}

std::optional<Request> WebServer::read_request(Socket& socket) {
  std::string buffer;
  HeadParser parser(Dialect::werkzeug);
  while (!parser.feed(buffer)) {
    const auto received = receive_more(socket, buffer);
    if (received.io == Io::timeout) stats_.count(&Counters::idle_timeouts);
    if (received.io != Io::ok) return std::nullopt;
  }
  if (parser.refusal() != 0) {
    refuse(socket, parser.refusal(), parser.bare());
    return std::nullopt;
  }
  Request request = parser.take();
  if (request.has("Expect", "100-continue")) socket.send_all("HTTP/1.1 100 Continue\r\n\r\n");
  if (!service_.reads_body(request)) return request;
  if (read_body(socket, buffer, request)) return request;
  refuse(socket, 400, false);
  return std::nullopt;
}

bool WebServer::read_body(Socket& socket, std::string& buffer, Request& request) {
  BodyDecoder decoder(request, Dialect::werkzeug);
  while (!decoder.feed(buffer, request.body)) {
    if (receive_more(socket, buffer).io == Io::ok) continue;
    request.client_disconnected = true;
    return true;
  }
  return !decoder.broken();
}

Io WebServer::play(Socket& socket, const Answer& answer, const Request& request) {
  if (answer.shape == Answer::Shape::nothing) return Io::ok;
  if (answer.shape == Answer::Shape::verbatim) return socket.send_all(answer.text);
  Io io = socket.send_all(head_of(answer, Dialect::werkzeug, false));
  const std::uint64_t size = answer.sent_size(request);
  for (std::uint64_t at = 0; io == Io::ok && at < size;) {
    if (at > 0) std::this_thread::sleep_for(answer.pause);
    const std::string block = answer.slice_at(at);
    io = socket.send_all(block);
    at += block.size();
  }
  return io;
}

void WebServer::refuse(Socket& socket, int status, bool bare) {
  const Answer page = error_page(status);
  socket.send_all(bare ? page.text : head_of(page, Dialect::werkzeug, false) + page.text);
}

}  // namespace gatehouse::odoo_sim
