#include "proxy/server/session_body.hpp"

namespace gatehouse::server {
namespace {

constexpr std::uint64_t kSkippable = 64 << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

SessionBody::SessionBody(Loop& loop, ClientConnection& client, SpoolSpace& space, const BodyPace& pace,
                         const RequestHead& head, std::string_view behind)
    : loop_(loop),
      client_(client),
      space_(space),
      pace_(pace),
      framing_(head.framing),
      expect_continue_(head.expect_continue),
      http_1_0_(head.minor_version == 0),
      behind_(behind),
      decoder_(head.framing) {}

Task<Result<std::shared_ptr<Spool>>> SessionBody::complete(std::uint64_t limit) {
  if (failed_) co_return *failed_;
  if (spool_) co_return spool_;
  if (framing_.kind == Framing::Kind::length && framing_.length > limit) {
    failed_ = Error{Errc::body_too_large};
    co_return *failed_;
  }
  auto spool = std::make_shared<Spool>(space_, loop_.buffers, loop_.executor, Spool::Mode::rewindable);
  const auto read = co_await read_all(limit, spool.get());
  if (!read) {
    failed_ = read.error();
    co_return *failed_;
  }
  spool->finish();
  spool_ = std::move(spool);
  co_return spool_;
}

// False: more is to come.
Result<bool> SessionBody::take(std::span<const char> bytes, std::size_t& used, std::uint64_t limit, Spool* into) {
  used = 0;
  while (decoder_.state() == http::BodyDecoder::State::more) {
    const auto step = decoder_.decode(bytes.subspan(used));
    used += step.consumed;
    if (step.state == http::BodyDecoder::State::malformed) return Error{Errc::bad_request};
    if (decoder_.received() > limit) return Error{Errc::body_too_large};
    if (into && into->append(step.payload) < step.payload.size()) return Error{Errc::spool_full, into->disk_error()};
    if (step.consumed == 0 && step.payload.empty()) break;
  }
  return decoder_.state() == http::BodyDecoder::State::done;
}

// Idle at most pace.idle; and from min_rate_after on, what has arrived must keep up with min_rate.
TimePoint SessionBody::next_deadline(TimePoint now) const {
  auto until = now + pace_.idle;
  if (pace_.min_rate.count > 0) {
    const auto allowed = std::chrono::milliseconds(decoder_.received() * 1000 / pace_.min_rate.count);
    until = std::min(until, started_ + std::max<Clock::duration>(pace_.min_rate_after, allowed));
  }
  return until;
}

Task<Result<>> SessionBody::read_all(std::uint64_t limit, Spool* into) {
  started_ = Clock::now();
  std::size_t used = 0;
  auto complete = take({behind_.data() + taken_, behind_.size() - taken_}, used, limit, into);
  taken_ += used;
  if (!complete) co_return complete.error();
  if (*complete) co_return Result<>();
  if (expect_continue_ && !http_1_0_ && taken_ == 0 && behind_.empty()) {
    const std::array<net::const_buffer, 3> pieces{net::buffer(kContinue)};
    const auto sent = co_await client_.write(pieces, pace_.idle);
    if (!sent) co_return sent.error();
  }
  expect_continue_ = false;
  auto scratch = loop_.buffers.take();
  while (true) {
    const auto read = co_await client_.read_some(scratch.span(), next_deadline(Clock::now()), Errc::body_timeout);
    if (!read) co_return read.error();
    complete = take(scratch.span().first(*read), used, limit, into);
    if (!complete) co_return complete.error();
    if (*complete) {
      surplus_.assign(scratch.data() + used, *read - used);
      co_return Result<>();
    }
  }
}

bool SessionBody::skippable() const {
  if (decoder_.state() == http::BodyDecoder::State::done) return true;
  // A client that waits for 100-continue sends nothing after a final answer, or everything: nobody can tell.
  if (failed_ || expect_continue_) return false;
  return framing_.kind == Framing::Kind::length && framing_.length - decoder_.received() <= kSkippable;
}

Task<bool> SessionBody::skip_rest() {
  if (!skippable()) co_return false;
  if (decoder_.state() == http::BodyDecoder::State::done) co_return true;
  const auto read = co_await read_all(kSkippable * 2, nullptr);
  co_return read.has_value();
}

}  // namespace gatehouse::server
