#include "proxy/upstream/forward.hpp"

#include "proxy/http/serialise.hpp"
#include "proxy/http/websocket.hpp"
#include "proxy/upstream/forward_rules.hpp"
#include "proxy/upstream/tunnel.hpp"

namespace gatehouse::upstream {
namespace {

using routing::PathClass;

// The Host it is sent: the pool's own, or the client's with the port it named.
std::string_view host_for(const routing::PoolSpec& pool, const RequestHead& head, std::string& into) {
  if (!pool.host.empty()) return pool.host;
  into = head.host;
  if (head.port != 0) into += ':' + std::to_string(head.port);
  return into;
}

// No endpoint, because no name of the pool has an address?
bool unresolved(const routing::PoolSpec& pool) {
  const auto is_name = [](const routing::EndpointSpec& e) {
    error_code ec;
    net::ip::make_address(e.address.host, ec);
    return bool(ec);
  };
  return pool.dns || std::any_of(pool.endpoints.begin(), pool.endpoints.end(), is_name);
}

bool counts_against_endpoint(Errc code) {
  return code == Errc::connect_refused || code == Errc::connect_timeout || code == Errc::upstream_reset;
}

}  // namespace

struct Forward::Trip {
  UpstreamContext& context;
  Exchange& ex;
  const routing::Tenant& tenant;
  const routing::PoolSpec& pool;
  PoolState& state;
  Backend::State& backend;
  Lane lane;
  std::shared_ptr<Spool> body;
  bool upgrade = false;

  UpstreamExchange::Plan plan() const {
    const auto& limits = tenant.limits.upstream;
    UpstreamExchange::Plan plan;
    std::string host;
    http::write_request(plan.head, ex.request, ex.client, ex.record.request_id,
                        {.host = host_for(pool, ex.request, host),
                         .content_length = body ? body->size() : 0,
                         .has_body = body != nullptr,
                         .keep_alive = pool.keep_alive || upgrade});
    plan.body = body;
    plan.verb = ex.request.verb;
    plan.upgrade = upgrade;
    plan.keep_alive = pool.keep_alive && !upgrade;
    plan.holds_worker = !pool.keep_alive && !upgrade;
    plan.connect = limits.connect;
    plan.first_byte = first_byte(tenant, ex.path_class);
    plan.hold = hold(tenant, ex.path_class);
    plan.interim = limits.interim_responses;
    plan.series = ex.record.series;
    return plan;
  }
};

Reply Forward::handle(Exchange& ex) {
  auto& context = *contexts_[ex.loop->index];
  if (ex.path_class == PathClass::websocket) return to_websocket(context, ex);
  return to_web(context, ex);
}

Reply Forward::to_web(UpstreamContext& context, Exchange& ex) const {
  const auto& tenant = *ex.tenant;
  auto& backend = tenant.backend->state();
  if (is_wkhtmltopdf(ex.request.fields) && context.ledger.serves(backend.web, ex.client.address)) {
    ex.path_class = PathClass::hairpin;
    ex.record.path_class = routing::name(PathClass::hairpin);
  }
  Trip trip{context, ex, tenant, tenant.web, backend.web, backend, lane_of(ex.path_class), nullptr};
  if (!ex.body.empty()) {
    auto body = co_await ex.body.complete(body_limit(tenant, ex.path_class, ex.request.fields));
    if (!body) co_return refusal(body.error());
    trip.body = std::move(*body);
  }
  Response response(ex.arena);
  const auto done = co_await try_endpoints(trip, response);
  if (!done) co_return refusal(done.error());
  complete_session_cookie(response.head.fields, tenant.session_cookie, ex.client.tls);
  co_return std::move(response);
}

Reply Forward::to_websocket(UpstreamContext& context, Exchange& ex) const {
  const auto& tenant = *ex.tenant;
  auto state = tenant.backend->share();
  ex.record.websocket_pool = true;
  const bool upgrade = ex.request.websocket;
  Trip trip{context, ex, tenant, tenant.websocket, state->websocket, *state, Lane::interactive, nullptr, upgrade};
  if (!ex.body.empty()) {
    auto body = co_await ex.body.complete(body_limit(tenant, ex.path_class, ex.request.fields));
    if (!body) co_return refusal(body.error());
    trip.body = std::move(*body);
  }
  // Counted before the handshake, so that a burst of them cannot pass the cap together.
  const auto cap = tenant.websocket.max_sockets;
  const auto open = upgrade ? state->sockets.fetch_add(1, std::memory_order_relaxed) : 0;
  struct Uncount {
    std::atomic<unsigned>* sockets;
    ~Uncount() {
      if (sockets) sockets->fetch_sub(1, std::memory_order_relaxed);
    }
  } uncount{upgrade ? &state->sockets : nullptr};
  if (upgrade && cap > 0 && open >= cap) co_return Refusal{Errc::too_many_sockets, {}, std::nullopt, {}, {}};

  Response response(ex.arena);
  auto done = co_await try_endpoints(trip, response);
  if (!done) co_return refusal(done.error());
  if (response.head.status != 101) co_return std::move(response);
  const auto accept = http::websocket_accept(ex.request.fields.get(Field::sec_websocket_key));
  if (response.head.fields.get(Field::sec_websocket_accept) != accept)
    co_return Refusal{Errc::upstream_malformed, {}, std::nullopt, {}, {}};
  // A late 101 would overwrite the session of a login that came meanwhile.
  if (ex.request.fields.get(Field::cookie).find("session_id=") != std::string_view::npos)
    response.head.fields.erase(Field::set_cookie);
  else complete_session_cookie(response.head.fields, tenant.session_cookie, ex.client.tls);
  const auto idle = std::min<Clock::duration>(tenant.websocket.tunnel_idle, tenant.limits.tunnel_idle);
  uncount.sockets = nullptr;  // the tunnel's from here
  response.tunnel = std::make_unique<WebsocketTunnel>(context, *done, std::move(state), idle, ex.record.series);
  co_return std::move(response);
}

// Another try only when nothing was written, or when a kept connection had died before its first byte and the method
// may be repeated: a POST never is.
Task<Result<UpstreamExchange::Ptr>> Forward::try_endpoints(Trip& trip, Response& response) {
  auto& [context, ex, tenant, pool, state, backend, lane, body, upgrade] = trip;
  backend.retries.deposit(tenant.limits.retry_budget);
  EndpointPtr failed;
  for (unsigned tries = 1;; ++tries) {
    const auto asked = Clock::now();
    const Want want{state, backend.queue, tenant.queue, lane, failed.get(), !upgrade};
    auto slot = co_await context.ledger.acquire(context.loop, want, ex.client);
    ex.record.queue += Clock::now() - asked;
    if (!slot && slot.error().code == Errc::no_endpoint && unresolved(pool)) co_return Error{Errc::dns_failed};
    if (!slot) co_return slot.error();
    failed = slot->share();
    const auto begun = Clock::now();
    auto exchange = std::make_shared<UpstreamExchange>(context, std::move(*slot), trip.plan());
    ex.record.endpoint = ex.request.fields.keep(failed->name);
    auto answered = co_await UpstreamExchange::run(exchange, ex);
    ex.record.upstream = Clock::now() - begun;
    if (answered) {
      context.ledger.succeeded(*failed);
      response = std::move(*answered);
      co_return exchange;
    }
    const auto error = answered.error();
    if (counts_against_endpoint(error.code) && !exchange->stale())
      context.ledger.failed(*failed, tenant.limits.outlier);
    const bool safe = !exchange->written() || (exchange->stale() && idempotent(ex.request.verb));
    const bool again = safe && error.code != Errc::client_gone && tries <= tenant.limits.upstream.connect_attempts &&
                       (exchange->stale() || tries < tenant.limits.upstream.connect_attempts);
    if (!again || !backend.retries.withdraw()) co_return error;
    ++ex.record.retries;
  }
}

}  // namespace gatehouse::upstream
