#include "proxy/upstream/upstream_exchange.hpp"

#include <boost/asio/co_spawn.hpp>

#include "proxy/core/log.hpp"
#include "proxy/http/request_head.hpp"

namespace gatehouse::upstream {
namespace {

constexpr std::size_t kBulk = 64 << 10;
constexpr auto kWriteSlice = 100ms;  // between two looks for an early answer while the upstream takes no more

}  // namespace

// The body lies behind the head.
class UpstreamExchange::InlineBody final : public Body {
 public:
  InlineBody(Ptr exchange, std::string_view body) : exchange_(std::move(exchange)), body_(body.data(), body.size()) {}
  Task<Result<std::span<const char>>> next() override { co_return std::exchange(body_, {}); }

 private:
  Ptr exchange_;  // whose buffer it is
  std::span<const char> body_;
};

class UpstreamExchange::SpooledBody final : public Body {
 public:
  explicit SpooledBody(Ptr exchange) : exchange_(std::move(exchange)) {}
  ~SpooledBody() override { exchange_->abandon(); }

  Task<Result<std::span<const char>>> next() override {
    Spool& spool = *exchange_->spool_;
    spool.consume(std::exchange(shown_, 0));
    while (true) {
      const auto piece = spool.front();
      if (!piece) co_return piece.error();
      shown_ = piece->size();
      if (shown_ > 0 || spool.finished()) co_return *piece;
      co_await spool.data().wait();
    }
  }
  bool ready() const override {
    const auto piece = exchange_->spool_->front();
    return !piece || !piece->empty() || exchange_->spool_->finished();
  }

 private:
  Ptr exchange_;
  std::size_t shown_ = 0;
};

UpstreamExchange::UpstreamExchange(UpstreamContext& context, Slot slot, Plan plan)
    : context_(context),
      slot_(std::move(slot)),
      endpoint_(slot_.share()),
      plan_(std::move(plan)),
      buffer_(context.loop.buffers),
      started_(Clock::now()) {}

UpstreamExchange::~UpstreamExchange() { settle(); }

Task<Result<Response>> UpstreamExchange::run(const Ptr& self, Exchange& ex) {
  auto done = co_await self->connect();
  if (!done) co_return done.error();
  done = co_await self->send();
  Response response(ex.arena);
  // An upstream that broke off while we wrote may have answered first: a refusal of the body.
  const bool try_head = done || (done.error().code == Errc::upstream_reset && self->written_ && !self->stale_);
  if (try_head) {
    const auto sent = done;
    done = co_await self->read_head(ex, response);
    if (!done && !sent) done = sent;
  }
  if (!done) {
    self->stale_ = self->connection_->reused && !self->heard_ && done.error().code != Errc::upstream_timeout;
    // The worker does not know that we gave up. It is busy until it closes.
    if (self->plan_.holds_worker && self->written_ && done.error().code != Errc::upstream_reset &&
        done.error().code != Errc::upstream_worker_died) {
      self->abandoned_ = true;
      self->begin_drain(self);
    }
    co_return done.error();
  }
  self->plan_.body.reset();
  if (response.head.status == 101) co_return response;
  const auto& framing = self->info_.framing;
  const bool none = framing.kind == Framing::Kind::none;
  const auto room = self->buffer_.view().size() + self->buffer_.rest().size();
  const bool small = framing.kind == Framing::Kind::length && self->head_size_ + framing.length <= room;
  if (framing.kind == Framing::Kind::length) response.length = framing.length;
  if (none) response.length = self->info_.declared_length;
  if (none || small) {
    done = co_await self->read_inline();
    if (!done) co_return done.error();
    response.body = std::make_unique<InlineBody>(self, self->behind_head().substr(0, framing.length));
    self->surplus_ = self->buffer_.view().size() > self->head_size_ + framing.length;
    self->reusable_ = self->may_go_on();
    if (self->reusable_ || self->connection_->ended()) self->settle();
    else self->begin_drain(self);  // for its end only
    co_return response;
  }
  self->decoder_ = http::BodyDecoder(framing);
  self->spool_ = std::make_unique<Spool>(self->context_.spool, self->context_.loop.buffers,
                                         self->context_.loop.executor, Spool::Mode::streaming);
  response.body = std::make_unique<SpooledBody>(self);
  self->begin_drain(self);
  co_return response;
}

Task<Result<>> UpstreamExchange::connect() {
  if (plan_.keep_alive) connection_ = context_.pool.take(*endpoint_);
  if (connection_) co_return Result<>();
  connection_ = std::make_unique<Connection>(context_.loop, endpoint_);
  co_return co_await connection_->connect(Clock::now() + plan_.connect);
}

// Head and the first bytes of the body leave in one writev. A worker allows two seconds of silence, so nothing here
// waits for anybody but the upstream.
Task<Result<>> UpstreamExchange::send() {
  const auto until = Clock::now() + plan_.first_byte;
  std::array<net::const_buffer, 2> pieces{net::buffer(plan_.head), net::const_buffer()};
  std::size_t of_body = 0;
  if (plan_.body) {
    plan_.body->rewind();
    const auto first = plan_.body->front();
    if (!first) co_return first.error();
    of_body = first->size();
    pieces[1] = net::const_buffer(first->data(), first->size());
  }
  while (pieces[0].size() + pieces[1].size() > 0) {
    const auto n = co_await connection_->write_some(pieces, until, Errc::upstream_timeout);
    if (!n) co_return n.error();
    written_ = true;
    const auto of_head = std::min(*n, pieces[0].size());
    pieces[0] += of_head;
    pieces[1] += *n - of_head;
  }
  if (of_body == 0) {
    sent_ = true;
    co_return Result<>();
  }
  plan_.body->consume(of_body);
  co_return co_await send_body();
}

Task<Result<>> UpstreamExchange::send_body() {
  const auto until = Clock::now() + plan_.first_byte;
  while (true) {
    const auto piece = plan_.body->front();
    if (!piece) co_return piece.error();
    if (piece->empty()) {
      sent_ = true;
      co_return Result<>();
    }
    if (connection_->readable()) co_return Result<>();  // an early answer: it will read no more
    const std::array<net::const_buffer, 1> bytes{net::buffer(piece->data(), piece->size())};
    const auto slice = std::min<TimePoint>(until, Clock::now() + kWriteSlice);
    const auto n = co_await connection_->write_some(bytes, slice, Errc::upstream_timeout);
    if (n) plan_.body->consume(*n);
    else if (n.error().code != Errc::upstream_timeout || Clock::now() >= until) co_return n.error();
  }
}

Task<Result<>> UpstreamExchange::read_one_head(TimePoint until) {
  std::size_t scanned = 0;
  while (true) {
    head_size_ = http::find_head_end(buffer_.view(), scanned);
    if (head_size_ > 0) co_return Result<>();
    if (buffer_.view().size() >= http::kMaxResponseHead) co_return Error{Errc::upstream_malformed};
    const auto n = co_await connection_->read_some(buffer_.writable(), until, Errc::upstream_timeout);
    if (!n) co_return n.error();
    if (*n == 0) co_return Error{heard_ ? Errc::upstream_malformed : Errc::upstream_worker_died};
    heard_ = true;
    buffer_.commit(*n);
  }
}

Task<Result<>> UpstreamExchange::read_head(Exchange& ex, Response& response) {
  const auto until = Clock::now() + plan_.first_byte;
  for (unsigned interim = 0;; ++interim) {
    const auto read = co_await read_one_head(until);
    if (!read) co_return read.error();
    response.head.fields.clear();
    const auto bytes = buffer_.view().substr(0, head_size_);
    const auto wrong = http::parse_response_head(bytes, plan_.verb, plan_.upgrade, ex.arena, response.head, info_);
    if (wrong) co_return Error{*wrong};
    const auto status = response.head.status;
    if (status >= 200 || status == 101) co_return Result<>();
    if (interim >= plan_.interim) co_return Error{Errc::upstream_malformed};
    if (status != 100) co_await ex.interim(response.head);  // 100 was for us
    buffer_.consume(head_size_);
  }
}

// The rest of a small body, behind its head. The buffer has room for it without moving.
Task<Result<>> UpstreamExchange::read_inline() {
  const auto want = head_size_ + info_.framing.length;
  while (buffer_.view().size() < want) {
    const auto room = buffer_.rest();
    const auto n = co_await connection_->read_some(room.first(std::min(room.size(), want - buffer_.view().size())),
                                                   read_deadline(), Errc::upstream_timeout);
    if (!n) co_return n.error();
    if (*n == 0) co_return Error{Errc::upstream_truncated};
    buffer_.commit(*n);
  }
  co_return Result<>();
}

// Another request may follow on the connection: this one was sent whole, and nothing came behind its answer. Otherwise
// the next one's bytes would be taken for the rest of this body, or this upstream's for the next one's answer.
bool UpstreamExchange::may_go_on() const { return sent_ && !surplus_ && plan_.keep_alive && info_.keep_alive; }

TimePoint UpstreamExchange::read_deadline() const {
  return plan_.holds_worker ? started_ + plan_.hold : Clock::now() + plan_.first_byte;
}

void UpstreamExchange::begin_drain(Ptr self) {
  auto done = [pass = context_.loop.exchanges.enter(), self](std::exception_ptr failed) {
    if (failed) log::error("drain failed", {{"endpoint", self->endpoint_->name}});
    if (failed && self->spool_) self->spool_->finish(Error{Errc::internal});
    self->settle();
  };
  net::co_spawn(context_.loop.executor, drain(self), std::move(done));
}

Task<> UpstreamExchange::drain(Ptr self) {
  if (self->spool_) co_await self->drain_body();
  const bool whole = self->decoder_.state() == http::BodyDecoder::State::done;
  self->reusable_ = whole && !self->abandoned_ && self->may_go_on();
  if (!self->reusable_ && self->plan_.holds_worker) co_await self->await_end();
}

Task<> UpstreamExchange::drain_body() {
  const auto behind = behind_head();
  const std::span<const char> first(behind.data(), behind.size());
  bool more = co_await store(first);
  bulk_ = std::make_unique_for_overwrite<char[]>(kBulk);
  while (more) {
    const std::span<char> room(bulk_.get(), kBulk);
    const auto n = co_await connection_->read_some(room, read_deadline(), Errc::upstream_timeout);
    if (!n || *n == 0) {
      const bool whole = n && decoder_.finish();
      if (whole) spool_->finish();
      else spool_->finish(n ? Error{Errc::upstream_truncated} : Error{Errc::upstream_truncated, n.error().cause});
      break;
    }
    more = co_await store(room.first(*n));
  }
  bulk_.reset();
}

// Decodes and spools what was read. False: the body has ended, well or not.
Task<bool> UpstreamExchange::store(std::span<const char> bytes) {
  while (true) {
    const auto step = decoder_.decode(bytes);
    bytes = bytes.subspan(step.consumed);
    for (auto rest = step.payload; !rest.empty() && !abandoned_;) {
      const auto taken = spool_->append(rest);
      rest = rest.subspan(taken);
      if (rest.empty()) break;
      // Past every bound, or the disk is full: on at the reader's pace, and the operator hears of it.
      if (!std::exchange(past_bounds_, true)) {
        ++context_.stats.tenant(plan_.series).past_spool;
        log::warn("answer is past the spool's bounds, reading at the client's pace",
                  {{"endpoint", endpoint_->name}, {"bytes", spool_->size()}, {"disk", spool_->disk_error().message()}});
      }
      co_await spool_->room().wait();
    }
    if (step.state == http::BodyDecoder::State::malformed) spool_->finish(Error{Errc::upstream_malformed});
    if (step.state == http::BodyDecoder::State::done) {
      surplus_ = !bytes.empty();
      spool_->finish();
    }
    if (step.state != http::BodyDecoder::State::more) co_return false;
    if (step.consumed == 0) co_return !(abandoned_ && !plan_.holds_worker);
  }
}

// The worker is free when it closes, not before. What it still sends is of no use to anybody.
Task<> UpstreamExchange::await_end() {
  auto scrap = context_.loop.buffers.take();
  while (true) {
    const auto n = co_await connection_->read_some(scrap.span(), started_ + plan_.hold, Errc::upstream_timeout);
    if (n && *n > 0) continue;
    if (!n && n.error().code == Errc::upstream_timeout)
      log::warn("gave a worker up for lost", {{"endpoint", endpoint_->name}});
    break;
  }
}

void UpstreamExchange::abandon() {
  abandoned_ = true;
  spool_->drop();
  spool_->room().wake();
  const bool useless = !plan_.holds_worker && decoder_.state() == http::BodyDecoder::State::more;
  if (useless && connection_) connection_->close();
}

void UpstreamExchange::settle() {
  if (connection_ && reusable_) context_.pool.put(std::move(connection_));
  connection_.reset();
  if (!slot_) return;
  if (plan_.holds_worker)
    context_.stats.tenant(plan_.series).worker_seconds +=
        std::chrono::duration<double>(Clock::now() - started_).count();
  slot_.release();
}

}  // namespace gatehouse::upstream
