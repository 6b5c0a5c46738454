// One request on its way through the pipeline. The session owns it, the chain borrows it, the arena dies with it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "proxy/core/handler.hpp"

namespace gatehouse {

struct Loop;

namespace routing {
struct Tenant;
enum class PathClass : std::uint8_t;
}  // namespace routing

// Who is at the other end.
class Client {
 public:
  virtual ~Client() = default;
  // Has it left? Asked in waits of more than a second; costs a system call.
  virtual bool gone() const = 0;

  net::ip::tcp::endpoint peer;  // of the connection
  net::ip::address address;     // the client's own: the peer, or what a trusted peer says of it
  bool trusted_peer = false;
  bool tls = false;           // as the client sees it, also behind a trusted peer that says so
  std::string_view listener;  // its name
  std::uint16_t local_port = 0;
};

// What the access log and the metrics say about an exchange. Filled in by whoever knows; views live as long as it.
struct Record {
  std::chrono::system_clock::time_point time;  // when the head was complete
  TimePoint started;
  std::string_view request_id;
  std::string_view tenant;      // id; empty: unknown host
  std::uint32_t series = 0;     // the tenant's place in the metrics; 0: counted as `other`
  std::string_view path_class;  // "page", "report", a tenant's own
  bool websocket_pool = false;
  std::string_view endpoint;  // the address that answered
  std::optional<Errc> cause;  // why we answered instead of the upstream, or how the answer broke off
  std::string_view policy;
  std::chrono::nanoseconds queue{};
  std::chrono::nanoseconds upstream{};  // from connect to the complete head
  unsigned status = 0;
  unsigned retries = 0;
  std::uint64_t bytes_in = 0;   // of the request's body
  std::uint64_t bytes_out = 0;  // of the answer's body
  bool logged = true;
};

// Runs on every head that leaves, generated or relayed, in the order registered.
using HeadHook = std::function<void(ResponseHead&)>;
// Runs after the last byte or the failure, newest first.
using Finish = std::function<void(const Record&)>;

struct Exchange {
  Exchange(RequestHead& request, RequestBody& body, Client& client, std::pmr::memory_resource& arena)
      : request(request), body(body), client(client), arena(arena) {}
  Exchange(const Exchange&) = delete;
  virtual ~Exchange() = default;

  RequestHead& request;
  RequestBody& body;
  Client& client;
  std::pmr::memory_resource& arena;
  Loop* loop = nullptr;                     // of the worker it runs on; set by the session
  const routing::Tenant* tenant = nullptr;  // set by the router; kept alive by `keep`
  routing::PathClass path_class{};          // likewise; a tenant's own class has the one it is like
  std::shared_ptr<const void> keep;         // the routes in force when the exchange began
  HandlerPtr chain;                         // the node's chain in force then
  Record record;

  void on_response_head(HeadHook hook) { head_hooks.push_back(std::move(hook)); }
  void when_done(Finish finish) { finishes.push_back(std::move(finish)); }
  // 103 and other interim heads, at most as many as the limit says; dropped for HTTP/1.0 clients.
  virtual Task<> interim(const ResponseHead& head) = 0;

  std::pmr::vector<HeadHook> head_hooks{&arena};
  std::pmr::vector<Finish> finishes{&arena};
};

}  // namespace gatehouse
