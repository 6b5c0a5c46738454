// An exchange without a connection: what a session would lend to the chain, filled in by hand.
//
//   TestExchange ex("POST", "/web/login?db=x", "a.example.com");
//   ex.test_body.text = "login=…";
//   ex.record.tenant = "a";
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/core/exchange.hpp"
#include "proxy/core/spool.hpp"

namespace gatehouse::test {

class TestClient final : public Client {
 public:
  TestClient() {
    peer = {net::ip::make_address("192.0.2.7"), 40'000};
    address = peer.address();
    listener = "main";
    local_port = 8080;
  }
  bool gone() const override { return left; }

  bool left = false;
};

// A body that is already there. The spool that complete() gives must not outlive it.
class TestBody final : public RequestBody {
 public:
  bool empty() const override { return text.empty(); }
  Task<Result<std::shared_ptr<Spool>>> complete(std::uint64_t limit) override {
    ++asked;
    if (fails) co_return Error{*fails};
    if (text.size() > limit) co_return Error{Errc::body_too_large};
    if (!spool_) {
      spool_ = std::make_shared<Spool>(space_, buffers_, context_.get_executor(), Spool::Mode::rewindable);
      spool_->append(text);
      spool_->finish();
    }
    co_return spool_;
  }

  std::string text;
  std::optional<Errc> fails;  // what complete() says instead
  int asked = 0;              // calls of complete()

 private:
  net::io_context context_;  // of the spool's wakers: all is there, so nobody ever waits on it
  BufferPool buffers_;
  SpoolSpace space_{{}};
  std::shared_ptr<Spool> spool_;
};

// What Exchange refers to; a base of TestExchange so that it is there first and goes last.
struct TestParts {
  std::pmr::monotonic_buffer_resource test_arena;
  RequestHead test_head{test_arena};
  TestBody test_body;
  TestClient test_client;
};

class TestExchange final : public TestParts, public Exchange {
 public:
  // A request whose head was refused: nothing of it is known.
  TestExchange() : Exchange(test_head, test_body, test_client, test_arena) {
    using namespace std::chrono_literals;
    record.time = std::chrono::system_clock::time_point(1'700'000'000'123ms);
    record.started = Clock::now();
    record.request_id = "0123456789abcdef";
  }
  // `target` is taken as normalised: its path is what stands before the query. The views are copied into the arena.
  TestExchange(std::string_view method, std::string_view target, std::string_view host) : TestExchange() {
    request.method = request.fields.keep(method);
    request.verb = boost::beast::http::string_to_verb(method);
    request.target = request.fields.keep(target);
    request.path = request.target.substr(0, request.target.find('?'));
    request.host = request.fields.keep(host);
  }
  Task<> interim(const ResponseHead& head) override {
    interims.push_back(head.status);
    co_return;
  }
  // What a session does at the end: the finishes, newest first.
  void finish() {
    for (auto it = finishes.rbegin(); it != finishes.rend(); ++it) (*it)(record);
  }

  std::vector<unsigned> interims;  // statuses of the interim heads
};

}  // namespace gatehouse::test
