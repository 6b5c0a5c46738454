#include "bench/replay/player.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace gatehouse::replay {
namespace {

namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using odoo_sim::Recorded;

constexpr auto kResult = boost::asio::as_tuple(boost::asio::use_awaitable);

Endpoint resolve(boost::asio::io_context& loop, const config::HostPort& address) {
  boost::asio::ip::tcp::resolver resolver(loop);
  return *resolver.resolve(address.host, std::to_string(address.port)).begin();
}

std::vector<const Recorded*> in_order(const odoo_sim::Recording& recording, std::size_t limit) {
  std::vector<const Recorded*> order;
  for (const Recorded& record : recording.all()) order.push_back(&record);
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->time < b->time; });
  if (limit != 0 && limit < order.size()) order.resize(limit);
  return order;
}

}  // namespace

Player::Player(const Options& options, const odoo_sim::Recording& recording)
    : options_(options),
      to_(resolve(loop_, options.to)),
      websockets_{loop_, options.websocket_to ? resolve(loop_, *options.websocket_to) : to_, options.host,
                  options.speed, !options.websocket_to.has_value()},
      order_(in_order(recording, options.limit)) {}

Summary Player::run() {
  const auto start = Clock::now();
  boost::asio::co_spawn(loop_, schedule(), boost::asio::detached);
  loop_.run();
  summary_.set_duration(Clock::now() - start);
  return std::move(summary_);
}

Task<> Player::schedule() {
  const auto start = Clock::now();
  boost::asio::steady_timer timer(loop_);
  for (const Recorded* record : order_) {
    const std::chrono::duration<double> after((record->time - order_.front()->time) / options_.speed);
    timer.expires_at(start + std::chrono::ceil<Clock::duration>(after));
    co_await timer.async_wait(kResult);
    boost::asio::co_spawn(loop_, play(*record), boost::asio::detached);
  }
}

Task<> Player::play(const Recorded& record) {
  const auto start = Clock::now();
  if (record.websocket) {
    Verdict verdict = co_await websockets_.play(record);
    summary_.add(record, std::move(verdict));
    co_return;
  }
  Verdict verdict = co_await play_request(record);
  if (record.aborted) summary_.add(record, std::move(verdict));
  else summary_.add(record, std::move(verdict), Clock::now() - start);
}

Task<Verdict> Player::play_request(const Recorded& record) {
  Pool& pool = pool_of(record.journey);
  for (bool again = false;; again = true) {
    boost::system::error_code error;
    auto connection = co_await pool.acquire(again, error);
    if (!connection) {
      pool.release(nullptr);
      co_return Verdict{"connect", error.message()};
    }
    Exchanged exchanged = co_await exchange(*connection, record);
    if (!exchanged.reusable) connection.reset();
    pool.release(std::move(connection));
    if (!exchanged.stale) co_return std::move(exchanged.verdict);
  }
}

Task<Player::Exchanged> Player::exchange(Connection& connection, const Recorded& record) {
  Request request = request_of(record, options_.host);
  connection.stream.expires_after(kPatience);
  const auto [write_error, written] = co_await http::async_write(connection.stream, request, kResult);
  if (record.aborted && !write_error) {
    Exchanged left = co_await leave_early(record);
    co_return left;
  }
  // An answer may stand before a write that failed: an early refusal of a large body.
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  const auto [error, size] = co_await http::async_read(connection.stream, connection.buffer, parser, kResult);
  if (error) {
    const bool nothing_came = !parser.is_header_done() && size == 0;
    const std::string where = parser.is_header_done() ? "body: " : "head: ";
    co_return Exchanged{.verdict = {"transport", where + error.message()}, .stale = connection.used && nothing_came};
  }
  Exchanged exchanged{
      .verdict = check_head(record, parser.get().result_int(), parser.get().base(), websockets_.through_edge),
      .reusable = parser.get().keep_alive()};
  if (exchanged.verdict.good()) exchanged.verdict = check_body(record, parser.get().body());
  co_return exchanged;
}

// The recorded client left before its answer: so do we, half way to it.
Task<Player::Exchanged> Player::leave_early(const Recorded& record) {
  const auto wait = std::chrono::ceil<std::chrono::microseconds>(record.first_byte / options_.speed / 2);
  boost::asio::steady_timer timer(loop_, wait);
  co_await timer.async_wait(kResult);
  co_return Exchanged{};
}

Pool& Player::pool_of(const std::string& journey) { return pools_.try_emplace(journey, loop_, to_).first->second; }

}  // namespace gatehouse::replay
