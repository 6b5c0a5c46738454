#include "proxy/admin/admin.hpp"

#include <list>
#include <optional>
#include <system_error>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http.hpp>

#include "proxy/core/log.hpp"

namespace gatehouse::admin {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMaxConnections = 64;
constexpr std::uint32_t kMaxHead = 8 << 10;
constexpr auto kPatience = 10s;       // for a head, and for taking an answer
constexpr auto kAcceptPause = 100ms;  // out of descriptors: the next try
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kExposition = "text/plain; version=0.0.4; charset=utf-8";

struct Answer {
  http::status status = http::status::ok;
  std::string body;
  std::string_view type = kText;
};

// One connection. The parser and the buffers are members, so that the coroutine's frame stays small.
struct Connection {
  explicit Connection(TcpSocket socket) : stream(std::move(socket)) {}

  boost::beast::basic_stream<tcp, Executor> stream;
  boost::beast::flat_static_buffer<kMaxHead> buffer;
  std::optional<http::request_parser<http::empty_body>> parser;
  http::response<http::string_body> response;
  std::optional<http::response_serializer<http::string_body>> serializer;
};
using Connections = std::list<Connection>;

// What a head that cannot be read is told; nothing, when there is nobody to tell.
std::optional<Answer> refusal_of(const error_code& ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return Answer{http::status::request_header_fields_too_large, "head too large\n"};
  const bool malformed = ec.category() == http::make_error_code(http::error::bad_method).category();
  if (!malformed || ec == http::error::end_of_stream || ec == http::error::partial_message) return std::nullopt;
  return Answer{http::status::bad_request, "bad request\n"};
}

}  // namespace

// Its coroutines share it: whatever still waits when the Server is gone finds it, and ends.
class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Executor executor, Sources sources) : executor_(executor), sources_(std::move(sources)) {}

  void listen(const tcp::endpoint& endpoint);
  std::vector<tcp::endpoint> endpoints() const;
  void stop();

 private:
  struct Listener {
    explicit Listener(Executor executor) : acceptor(executor), pause(executor) {}
    TcpAcceptor acceptor;
    Timer pause;
  };

  // `self` keeps this alive for as long as the coroutine runs.
  Task<> accept(std::shared_ptr<Impl> self, Listener& listener);
  void welcome(TcpSocket socket);
  Task<> serve(std::shared_ptr<Impl> self, Connections::iterator place);
  Task<bool> exchange(Connection& c);
  Task<Answer> answer(http::verb verb, std::string_view path);
  Task<Answer> metrics();
  Task<bool> write(Connection& c, Answer answer, bool head_only, bool keep_alive);

  Executor executor_;
  Sources sources_;
  std::list<Listener> listeners_;  // stable: their coroutines refer to them
  Connections connections_;
  bool stopped_ = false;
};

void Server::Impl::listen(const tcp::endpoint& endpoint) {
  Listener& listener = listeners_.emplace_back(executor_);
  auto& acceptor = listener.acceptor;
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(net::socket_base::max_listen_connections, ec);
  if (ec) {
    listeners_.pop_back();
    const auto where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
    throw std::system_error(ec, "admin cannot listen on " + where);
  }
  auto loop = accept(shared_from_this(), listener);
  net::co_spawn(executor_, std::move(loop), net::detached);
}

std::vector<tcp::endpoint> Server::Impl::endpoints() const {
  std::vector<tcp::endpoint> all;
  for (const auto& listener : listeners_) {
    error_code ec;
    all.push_back(listener.acceptor.local_endpoint(ec));
  }
  return all;
}

void Server::Impl::stop() {
  stopped_ = true;
  for (auto& listener : listeners_) {
    error_code ignored;
    listener.acceptor.close(ignored);
    listener.pause.cancel();
  }
  for (auto& connection : connections_) connection.stream.close();
}

Task<> Server::Impl::accept(std::shared_ptr<Impl> /*self*/, Listener& listener) {
  while (!stopped_) {
    auto [ec, socket] = co_await listener.acceptor.async_accept(use_tuple);
    if (stopped_) break;
    if (!ec) {
      welcome(std::move(socket));
      continue;
    }
    log::warn("admin connection not accepted", {{"cause", ec.message()}});
    listener.pause.expires_after(kAcceptPause);
    co_await listener.pause.async_wait(use_tuple);
  }
}

void Server::Impl::welcome(TcpSocket socket) {
  if (connections_.size() >= kMaxConnections) return;  // closes it
  connections_.emplace_front(std::move(socket));
  auto session = serve(shared_from_this(), connections_.begin());
  net::co_spawn(executor_, std::move(session), net::detached);
}

Task<> Server::Impl::serve(std::shared_ptr<Impl> /*self*/, Connections::iterator place) {
  bool more = true;
  while (more && !stopped_) {
    try {
      more = co_await exchange(*place);
    } catch (const std::exception& e) {
      log::error("admin exchange failed", {{"what", e.what()}});
      more = false;
    }
  }
  connections_.erase(place);
}

Task<bool> Server::Impl::exchange(Connection& c) {
  c.parser.emplace();
  c.parser->header_limit(kMaxHead);
  c.stream.expires_after(kPatience);
  const auto [ec, size] = co_await http::async_read_header(c.stream, c.buffer, *c.parser, use_tuple);
  const auto& request = c.parser->get();
  Answer made;
  if (ec) {
    const auto refused = refusal_of(ec);
    if (!refused) co_return false;
    made = *refused;
  } else {
    const std::string_view target = request.target();
    made = co_await answer(request.method(), target.substr(0, target.find('?')));
  }
  // A body is not read: what is behind the head would be taken for the next one.
  const bool keep_alive = !ec && request.keep_alive() && c.parser->is_done();
  const bool more = co_await write(c, std::move(made), request.method() == http::verb::head, keep_alive);
  co_return more;
}

Task<Answer> Server::Impl::answer(http::verb verb, std::string_view path) {
  const bool known = path == "/healthz" || path == "/readyz" || path == "/metrics";
  if (!known) co_return Answer{http::status::not_found, "not found, there is: /healthz /readyz /metrics\n"};
  if (verb != http::verb::get && verb != http::verb::head)
    co_return Answer{http::status::method_not_allowed, "method not allowed, there is: GET HEAD\n"};
  if (path == "/healthz") co_return Answer{http::status::ok, "ok\n"};
  if (path == "/readyz") {
    const std::string reason = sources_.not_ready();
    if (!reason.empty()) co_return Answer{http::status::service_unavailable, reason + "\n"};
    co_return Answer{http::status::ok, "ready\n"};
  }
  co_return co_await metrics();
}

Task<Answer> Server::Impl::metrics() {
  try {
    auto exposition = co_await sources_.metrics();
    co_return Answer{http::status::ok, std::move(exposition), kExposition};
  } catch (const std::exception& e) {
    log::error("metrics not gathered", {{"what", e.what()}});
  }
  co_return Answer{http::status::internal_server_error, "metrics not gathered\n"};
}

Task<bool> Server::Impl::write(Connection& c, Answer answer, bool head_only, bool keep_alive) {
  c.response = {answer.status, 11};
  c.response.set(http::field::content_type, answer.type);
  c.response.set(http::field::cache_control, "no-store");
  if (answer.status == http::status::method_not_allowed) c.response.set(http::field::allow, "GET, HEAD");
  c.response.body() = std::move(answer.body);
  c.response.keep_alive(keep_alive && !stopped_);
  c.response.prepare_payload();
  c.serializer.emplace(c.response);
  c.stream.expires_after(kPatience);
  error_code ec;
  if (head_only) {
    const auto [failed, size] = co_await http::async_write_header(c.stream, *c.serializer, use_tuple);
    ec = failed;
  } else {
    const auto [failed, size] = co_await http::async_write(c.stream, *c.serializer, use_tuple);
    ec = failed;
  }
  co_return !ec && keep_alive && !stopped_;
}

Server::Server(Executor executor, Sources sources) : impl_(std::make_shared<Impl>(executor, std::move(sources))) {}
Server::~Server() { stop(); }
void Server::listen(const tcp::endpoint& endpoint) { impl_->listen(endpoint); }
std::vector<tcp::endpoint> Server::endpoints() const { return impl_->endpoints(); }
void Server::stop() { impl_->stop(); }

}  // namespace gatehouse::admin
