#include "proxy/main/rehearsal.hpp"

#include <memory_resource>

#include <boost/asio/co_spawn.hpp>

#include "routing/router.hpp"

namespace gatehouse {
namespace {

// Status 0: nothing stood in the way.
class Passing final : public Handler {
 public:
  Reply handle(Exchange& ex) override { co_return Response(ex.arena); }
};

class NoBody final : public RequestBody {
 public:
  bool empty() const override { return true; }
  Task<Result<std::shared_ptr<Spool>>> complete(std::uint64_t) override { co_return Error{Errc::internal}; }
};

class Nobody final : public Client {
 public:
  bool gone() const override { return false; }
};

class Rehearsed final : public Exchange {
 public:
  using Exchange::Exchange;
  Task<> interim(const ResponseHead&) override { co_return; }
};

std::string text_of(const Outcome& outcome) {
  if (outcome.has_value()) {
    const auto status = outcome->head.status;
    return status == 0 ? "forwarded" : std::to_string(status) + " from the edge";
  }
  const auto& no = outcome.error();
  const auto& m = meaning(no.code);
  if (no.code == Errc::redirect && no.fields) return "308 to " + std::string(no.fields->get(Field::location));
  std::string text = std::to_string(m.status) + " " + std::string(m.name);
  if (!no.policy.empty()) text += " by " + std::string(no.policy);
  return text + ": " + std::string(m.text);
}

}  // namespace

HandlerPtr passing_handler() { return std::make_shared<Passing>(); }

Verdict rehearse(const routing::RoutesPtr& routes, const RehearsedRequest& request) {
  std::pmr::monotonic_buffer_resource arena;
  RequestHead head(arena);
  head.verb = request.verb;
  head.method = request.method;
  head.host = request.host;
  head.port = request.port;
  head.path = request.path;
  head.target = request.target;
  head.websocket = request.path == "/websocket";
  NoBody body;
  Nobody client;
  client.address = request.from;
  client.tls = request.tls;
  Rehearsed exchange(head, body, client, arena);
  exchange.record.time = std::chrono::system_clock::now();

  routing::Router router;
  router.set_routes(routes);
  net::io_context context;
  Verdict verdict;
  auto ask = [&]() -> Task<> {
    const auto outcome = co_await router.handle(exchange);
    verdict.answer = text_of(outcome);
  };
  auto done = [](std::exception_ptr) {};
  net::co_spawn(context, ask(), std::move(done));
  context.run();
  return verdict;
}

}  // namespace gatehouse
