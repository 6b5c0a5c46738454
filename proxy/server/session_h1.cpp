#include "proxy/server/session_h1.hpp"

#include "proxy/core/log.hpp"
#include "proxy/http/forwarded.hpp"
#include "proxy/http/serialise.hpp"
#include "proxy/server/answer.hpp"

namespace gatehouse::server {
namespace {

constexpr auto kKeepBuffers = 2s;  // an idle connection holds its buffers this long
constexpr auto kLastCall = 1s;     // for the first request of a connection that the drain meets
constexpr std::size_t kEmptyLines = 4;

net::const_buffer as_buffer(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

bool bodiless(Verb verb, unsigned status) {
  return verb == Verb::head || status < 200 || status == 204 || status == 304;
}

}  // namespace

class SessionH1::Live final : public Exchange {
 public:
  Live(SessionH1& session, RequestHead& head, SessionBody& body, std::pmr::memory_resource& arena)
      : Exchange(head, body, session.client_, arena), session_(session) {
    loop = &session.context_.loop;
  }

  Task<> interim(const ResponseHead& head) override {
    if (request.minor_version == 0) co_return;
    session_.out_.clear();
    http::write_response(session_.out_, head, {.no_body = true});
    const std::array<net::const_buffer, 3> pieces{net::buffer(session_.out_)};
    co_await session_.client_.write(pieces, session_.config_->client.idle);
  }

  // A tunnel lives for hours: it must not hold tenants and routes of long ago, nor the buffer with its handshake. What
  // the log will say is kept in the arena.
  void let_go() {
    auto& fields = request.fields;
    record.tenant = fields.keep(record.tenant);
    record.path_class = fields.keep(record.path_class);
    record.request_id = fields.keep(record.request_id);
    request.method = fields.keep(request.method);
    request.target = fields.keep(request.target);
    request.path = fields.keep(request.path);
    const auto agent = fields.keep(fields.get(Field::user_agent));
    fields.clear();
    fields.add(Field::user_agent, agent);
    tenant = nullptr;
    keep.reset();
  }

  char id[32];

 private:
  SessionH1& session_;
};

// Lies at the front of the arena's block; everything that the request needs comes from the same block, and is gone at
// once.
struct SessionH1::Scope {
  Scope(SessionH1& session, std::span<char> rest) : arena(rest.data(), rest.size()), head(arena), session_(session) {}
  void open() {
    const auto behind = session_.client_.buffered().substr(session_.head_size_);
    body.emplace(session_.context_.loop, session_.client_, session_.context_.spool, session_.config_->body, head,
                 behind);
    live.emplace(session_, head, *body, arena);
  }
  std::pmr::monotonic_buffer_resource arena;
  RequestHead head;
  std::optional<SessionBody> body;
  std::optional<Live> live;
  SessionH1& session_;
};

SessionH1::SessionH1(SessionContext& context, const ListenerConfig& listener, TcpSocket socket)
    : context_(context), config_(context.config), listener_(listener), client_(context.loop, std::move(socket)) {
  client_.listener = listener_.name;
  for (const auto& network : config_->trusted_proxies) client_.trusted_peer |= network.contains(client_.peer.address());
}

Task<> SessionH1::run() {
  while (true) {
    const auto start = co_await read_head();
    if (!start) break;
    const bool more = co_await serve(*start);
    if (!more) break;
  }
  if (linger_) co_await client_.linger();
  client_.close();
}

void SessionH1::drain() {
  draining_ = true;
  if (idle_) client_.interrupt();
}

// A request that is on its way when the drain begins is still served: a new connection has a moment to send one.
Task<bool> SessionH1::await_first_byte() {
  if (draining_ && !fresh_ && !client_.readable()) co_return false;
  idle_ = true;
  const auto now = Clock::now();
  const Clock::duration patience = draining_ ? kLastCall : idle_limit();
  auto read = co_await client_.fill(now + std::min<Clock::duration>(patience, kKeepBuffers), Errc::head_timeout);
  if (!read && read.error().code == Errc::head_timeout && patience > kKeepBuffers) {
    client_.release_buffer();
    arena_block_.reset();
    std::string().swap(out_);
    const auto readable = co_await client_.wait_readable(now + patience, Errc::head_timeout);
    if (readable) read = co_await client_.fill(Clock::now() + kKeepBuffers, Errc::head_timeout);
    else read = readable.error();
  }
  const bool told_to_go = !read && read.error().code == Errc::draining;
  client_.resume();
  if (told_to_go && (fresh_ || client_.readable()))
    read = co_await client_.fill(Clock::now() + kLastCall, Errc::head_timeout);
  idle_ = false;
  fresh_ = false;
  co_return read.has_value();
}

Clock::duration SessionH1::idle_limit() const {
  if (fresh_) return config_->head.timeout;
  return client_.trusted_peer ? config_->client.idle_trusted : config_->client.idle;
}

Task<std::optional<SessionH1::Start>> SessionH1::read_head() {
  const auto limit = config_->head.size.count;
  std::size_t scanned = 0, skipped = 0;
  std::optional<TimePoint> until;
  while (true) {
    const auto empty = http::leading_empty_lines(client_.buffered());
    skipped += empty;
    if (skipped > kEmptyLines) co_return Start{Errc::bad_request};
    client_.consume(empty);
    const auto bytes = client_.buffered();
    if (bytes.empty()) {
      const bool arrived = co_await await_first_byte();
      if (!arrived) co_return std::nullopt;
      continue;
    }
    head_size_ = http::find_head_end(bytes, scanned);
    if (head_size_ > limit || (head_size_ == 0 && bytes.size() >= limit)) co_return Start{Errc::head_too_large};
    if (head_size_ > 0) co_return Start{};
    if (bytes != "\r" && http::hopeless(bytes)) co_return Start{Errc::bad_request};
    if (!until) until = Clock::now() + config_->head.timeout;
    const auto read = co_await client_.fill(*until, Errc::head_timeout);
    if (!read && read.error().code == Errc::head_timeout) co_return Start{Errc::head_timeout};
    if (!read) co_return std::nullopt;
  }
}

Task<bool> SessionH1::serve(Start start) {
  if (!arena_block_) arena_block_ = context_.loop.buffers.take();
  auto* const scope = new (arena_block_.data()) Scope(*this, arena_block_.span().subspan(sizeof(Scope)));
  const std::unique_ptr<Scope, void (*)(Scope*)> guard(scope, [](Scope* s) { s->~Scope(); });
  RequestHead& head = scope->head;
  if (start.refused) head_size_ = client_.buffered().size();
  if (!start.refused) {
    start.refused =
        http::parse_request_head(client_.buffered().substr(0, head_size_), config_->head, scope->arena, head);
  }
  if (start.refused) head.framing = {}, head.keep_alive = false;
  scope->open();
  Live& live = *scope->live;
  live.record.time = std::chrono::system_clock::now();
  live.record.started = Clock::now();
  client_.tls = false;  // of the connection itself; a trusted peer may say otherwise, each time anew
  http::find_client(head.fields, config_->trusted_proxies, client_);
  const auto given = client_.trusted_peer ? head.fields.get("X-Request-Id") : std::string_view();
  live.record.request_id = RequestIds::good(given) ? given : context_.request_ids.next(live.id);

  Outcome outcome = Refusal{start.refused.value_or(Errc::internal), {}, std::nullopt, {}, {}};
  if (!start.refused) outcome = co_await outcome_of(live);
  bool more = false;
  try {
    more = co_await answer(live, outcome);
  } catch (const std::exception& e) {
    ++context_.stats.session_failures;
    log::error("answer failed", {{"request_id", live.record.request_id}, {"what", e.what()}});
    const Error broke_off{Errc::internal};
    broken(live, broke_off);
    more = false;
  }
  if (more) more = co_await scope->body->skip_rest();
  live.record.bytes_in = scope->body->received();
  finish(live);
  client_.consume(head_size_ + scope->body->taken());
  client_.append(scope->body->surplus());
  co_return more;
}

Task<Outcome> SessionH1::outcome_of(Live& live) {
  if (!listener_.health.empty() && live.request.path == listener_.health) {
    live.record.logged = false;
    const bool well = !context_.loop.leaving;
    co_return co_await gatehouse::answer(live, well ? 200 : 503, "text/plain", well ? "ok\n" : "draining\n");
  }
  std::optional<Refusal> failed;
  try {
    co_return co_await context_.handler.handle(live);
  } catch (const std::exception& e) {
    // A bug of ours. It costs this exchange, and nobody else anything.
    ++context_.stats.session_failures;
    log::error("exchange failed", {{"request_id", live.record.request_id}, {"what", e.what()}});
    failed = Refusal{Errc::internal, {}, std::nullopt, {}, {}};
  }
  co_return std::move(*failed);
}

Task<bool> SessionH1::answer(Live& live, Outcome& outcome) {
  if (outcome.has_value()) co_return co_await reply(live, *outcome);
  const Refusal& no = outcome.error();
  live.record.cause = no.code;
  live.record.policy = no.policy;
  if (no.cause) log::debug("exchange refused", {{"request_id", live.record.request_id}, {"cause", no.cause.message()}});
  if (no.code == Errc::client_gone) {
    live.record.status = meaning(no.code).status;
    co_return false;
  }
  auto response = answer_for(live, no);
  const bool more = co_await reply(live, response);
  linger_ |= meaning(no.code).close;
  co_return more && !meaning(no.code).close;
}

// Writes head and body. False: the connection cannot be used again.
Task<bool> SessionH1::reply(Live& live, Response& response) {
  if (!response.body && !response.length) response.length = 0;
  const bool no_body = bodiless(live.request.verb, response.head.status);
  std::span<const char> piece;
  if (!no_body && response.body && response.body->ready()) {
    const auto first = co_await response.body->next();
    if (!first) {  // nothing has left yet, so the client can still be told
      live.record.cause = first.error().code;
      response = answer_for(live, refusal(first.error()));
      const auto text = co_await response.body->next();
      piece = *text;
    } else {
      piece = *first;
    }
  }
  const auto stall = config_->client.idle;
  const bool chunked = !no_body && !response.length && live.request.minor_version == 1;
  const bool close_delimited = !no_body && !response.length && !chunked;
  const auto& body = static_cast<const SessionBody&>(live.body);
  const bool keep = live.request.keep_alive && !close_delimited && !draining_ && !context_.loop.draining &&
                    body.skippable() && !(live.record.cause && meaning(*live.record.cause).close);
  response.head.fields.set("X-Request-Id", live.record.request_id);
  for (const auto& hook : live.head_hooks) hook(response.head);
  live.record.status = response.head.status;

  out_.clear();
  http::write_response(out_, response.head,
                       {.minor_version = live.request.minor_version,
                        .keep_alive = keep,
                        .length = response.length,
                        .chunked = chunked,
                        .no_body = no_body});
  const std::array<net::const_buffer, 3> head{net::buffer(out_)};
  if (response.tunnel) {
    const auto sent = co_await client_.write(head, stall);
    if (!sent) co_return false;
    const auto early = client_.buffered().substr(head_size_);
    const std::span<const char> early_bytes(early.data(), early.size());
    live.let_go();
    if (early.empty()) {
      client_.consume(std::exchange(head_size_, 0));
      client_.release_buffer();
    }
    std::string().swap(out_);
    co_await response.tunnel->run(client_.socket(), early_bytes);
    co_return false;
  }
  if (no_body || !response.body) {
    const auto sent = co_await client_.write(head, stall);
    if (!sent) broken(live, sent.error());
    co_return sent&& keep;
  }
  const auto sent = co_await send_body(live, response, chunked, piece);
  if (!sent) broken(live, sent.error());
  if (sent && !keep && !body.skippable()) linger_ = true;
  co_return sent&& keep;
}

// `out_` holds the head, `piece` the first bytes of the body if there are any yet: both leave in one writev.
Task<Result<>> SessionH1::send_body(Live& live, Response& response, bool chunked, std::span<const char> piece) {
  const auto stall = config_->client.idle;
  while (true) {
    live.record.bytes_out += piece.size();
    if (response.length && live.record.bytes_out > *response.length) co_return Error{Errc::upstream_malformed};
    if (chunked && !piece.empty()) {
      char size[20];
      out_.append(size, http::write_chunk_size(size, piece.size()));
    }
    const std::string_view behind = chunked && !piece.empty() ? "\r\n" : "";
    const std::array<net::const_buffer, 3> pieces{net::buffer(out_), as_buffer(piece), net::buffer(behind)};
    const auto sent = co_await client_.write(pieces, stall);
    if (!sent) co_return sent.error();
    out_.clear();
    if (response.length && live.record.bytes_out == *response.length) co_return Result<>();
    const auto next = co_await response.body->next();
    if (!next) co_return next.error();
    piece = *next;
    if (piece.empty()) break;
  }
  if (response.length) co_return Error{Errc::upstream_truncated};
  if (!chunked) co_return Result<>();
  constexpr std::string_view kLastChunk = "0\r\n\r\n";
  const std::array<net::const_buffer, 3> last{net::buffer(kLastChunk)};
  co_return co_await client_.write(last, stall);
}

// An answer that broke off must not look whole: the client sees a reset instead of an end (RFC 9112 §8).
void SessionH1::broken(Live& live, const Error& error) {
  if (!live.record.cause) live.record.cause = error.code;
  client_.reset_on_close();
}

void SessionH1::finish(Live& live) {
  for (auto it = live.finishes.rbegin(); it != live.finishes.rend(); ++it) (*it)(live.record);
  context_.stats.record(live.record);
  if (context_.log && live.record.logged) context_.log->write(live);
}

}  // namespace gatehouse::server
