#include "proxy/admin/admin.hpp"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

using namespace gatehouse;

namespace {

// An admin listener on a port of the kernel's, and clients of it on the same loop.
class Node {
 public:
  Node() { server->listen({net::ip::address_v4::loopback(), 0}); }

  // Everything that comes back for these bytes until the server closes.
  std::string ask(std::string_view bytes) {
    TcpSocket socket(context.get_executor());
    socket.connect(server->endpoints().at(0));
    return ask(socket, bytes);
  }
  std::string ask(TcpSocket& socket, std::string_view bytes) {
    std::string answer;
    bool done = false;
    auto client = [&]() -> Task<> {
      co_await net::async_write(socket, net::buffer(bytes), use_tuple);
      co_await net::async_read(socket, net::dynamic_buffer(answer), use_tuple);
      done = true;
    };
    net::co_spawn(context, client, net::detached);
    run_until(done);
    return answer;
  }
  std::string get(std::string_view target) {
    return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }
  void run_until(const bool& done) {
    const auto end = Clock::now() + 8s;
    while (!done && Clock::now() < end) context.run_one_for(100ms);
    REQUIRE(done);
  }
  // Does the loop run out of work by itself?
  bool ends() {
    context.run_for(8s);
    return context.stopped();
  }

  net::io_context context{1};
  std::string reason;
  std::string exposition = "gatehouse_build_info 1\n";
  bool broken = false;
  std::optional<admin::Server> server{std::in_place, context.get_executor(), sources()};

 private:
  admin::Sources sources() {
    auto metrics = [this]() -> Task<std::string> {
      if (broken) throw std::runtime_error("a worker does not answer");
      co_return exposition;
    };
    return {[this] { return reason; }, metrics};
  }
};

std::string_view body_of(std::string_view answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
bool has(std::string_view answer, std::string_view part) { return answer.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("admin: a living node says so") {
  Node node;
  const std::string answer = node.get("/healthz");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(answer, "Content-Type: text/plain"));
  CHECK(has(answer, "Cache-Control: no-store\r\n"));
  CHECK(body_of(answer) == "ok\n");
}

TEST_CASE("admin: readiness is asked each time, with the reason") {
  Node node;
  node.reason = "registry not loaded";
  std::string answer = node.get("/readyz");
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(body_of(answer) == "registry not loaded\n");
  node.reason.clear();
  answer = node.get("/readyz?verbose");
  CHECK(answer.starts_with("HTTP/1.1 200 "));
  CHECK(body_of(answer) == "ready\n");
}

TEST_CASE("admin: metrics are in the text exposition format, of any size") {
  Node node;
  node.exposition.assign(3 << 20, 'x');
  const std::string answer = node.get("/metrics");
  CHECK(answer.starts_with("HTTP/1.1 200 "));
  CHECK(has(answer, "Content-Type: text/plain; version=0.0.4"));
  CHECK(body_of(answer) == node.exposition);
}

TEST_CASE("admin: metrics that cannot be gathered are a 500, and the listener lives on") {
  Node node;
  node.broken = true;
  CHECK(node.get("/metrics").starts_with("HTTP/1.1 500 "));
  node.broken = false;
  CHECK(node.get("/metrics").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("admin: what is not there is told what is") {
  Node node;
  const std::string answer = node.get("/debug");
  CHECK(answer.starts_with("HTTP/1.1 404 "));
  CHECK(body_of(answer) == "not found, there is: /healthz /readyz /metrics\n");
}

TEST_CASE("admin: HEAD is GET without the body, other methods are refused") {
  Node node;
  const std::string head = node.ask("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 "));
  CHECK(has(head, "Content-Length: 3\r\n"));
  CHECK(body_of(head).empty());
  const std::string post = node.ask("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(post.starts_with("HTTP/1.1 405 "));
  CHECK(has(post, "Allow: GET, HEAD\r\n"));
}

TEST_CASE("admin: a connection serves one request after the other") {
  Node node;
  const std::string answers = node.ask(
      "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(has(answers, "ok\nHTTP/1.1 200 OK\r\n"));
  CHECK(body_of(body_of(answers)) == "ready\n");
}

TEST_CASE("admin: a body behind a request is never taken for the next one") {
  Node node;
  const std::string answers =
      node.ask("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(body_of(answers) == "ok\n");
}

TEST_CASE("admin: nonsense and a head without end are refused") {
  Node node;
  CHECK(node.ask("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
  CHECK(node.ask("GET / HTTP/1.1\r\nA: " + std::string(16 << 10, 'a')).starts_with("HTTP/1.1 431 "));
}

TEST_CASE("admin: connections have a bound, and room comes back") {
  Node node;
  std::vector<TcpSocket> sockets;
  for (int i = 0; i < 64; ++i) sockets.emplace_back(node.context.get_executor()).connect(node.server->endpoints()[0]);
  CHECK(node.get("/healthz").empty());
  sockets.clear();
  std::string answer;
  for (int i = 0; i < 100 && answer.empty(); ++i) answer = node.get("/healthz");
  CHECK(answer.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("admin: after a stop the loop runs out of work, whoever is still connected") {
  Node node;
  TcpSocket idle(node.context.get_executor()), half(node.context.get_executor());
  idle.connect(node.server->endpoints()[0]);
  half.connect(node.server->endpoints()[0]);
  net::write(half, net::buffer(std::string_view("GET /heal")));
  CHECK(node.get("/healthz").starts_with("HTTP/1.1 200 "));
  SECTION("told to") { node.server->stop(); }
  SECTION("or gone") { node.server.reset(); }
  CHECK(node.ends());
  char byte;
  error_code ec;
  CHECK(idle.read_some(net::buffer(&byte, 1), ec) == 0);
  CHECK(ec);
}

TEST_CASE("admin: an address that is taken is told") {
  Node node;
  const auto taken = node.server->endpoints()[0];
  const std::string text = "admin cannot listen on 127.0.0.1 port " + std::to_string(taken.port()) + ": ";
  CHECK_THROWS_WITH(node.server->listen(taken), Catch::StartsWith(text));
  CHECK(node.server->endpoints().size() == 1);
}

TEST_CASE("admin: several addresses serve the same") {
  Node node;
  node.server->listen({net::ip::address_v4::loopback(), 0});
  REQUIRE(node.server->endpoints().size() == 2);
  TcpSocket socket(node.context.get_executor());
  socket.connect(node.server->endpoints()[1]);
  CHECK(node.ask(socket, "GET /healthz HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
}
