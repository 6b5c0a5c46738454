// One request at one endpoint. It belongs to the worker, not to the session: slot, connection and deadline stay until
// the upstream's EOF, whatever becomes of the client. The answer is read at line rate; the session has a detachable
// reader.
//
// A small answer stays inline: it is read in the session's coroutine, in one buffer with its head. A larger one is
// drained by a coroutine of its own into a spool: memory, then disk, and past that at the reader's pace.
#pragma once

#include <memory>
#include <string>

#include "proxy/core/read_buffer.hpp"
#include "proxy/core/spool.hpp"
#include "proxy/core/stats.hpp"
#include "proxy/http/body_decoder.hpp"
#include "proxy/http/response_head.hpp"
#include "proxy/upstream/capacity.hpp"
#include "proxy/upstream/connection.hpp"

namespace gatehouse::upstream {

// What a worker gives everything that talks to upstreams.
struct UpstreamContext {
  Loop& loop;
  Ledger& ledger;
  SpoolSpace& spool;
  Stats& stats;
  ConnectionPool pool;
};

class UpstreamExchange {
 public:
  using Ptr = std::shared_ptr<UpstreamExchange>;
  struct Plan {
    std::string head;             // as it goes on the wire
    std::shared_ptr<Spool> body;  // null: none
    Verb verb = Verb::get;
    bool upgrade = false;       // a websocket handshake
    bool keep_alive = false;    // the endpoint keeps connections
    bool holds_worker = true;   // there is a worker behind the slot: it is held until EOF, even for nobody
    Clock::duration connect{};  // each is from its own beginning
    Clock::duration first_byte{};
    Clock::duration hold{};  // from connect on; then the worker is given up for lost
    unsigned interim = 16;
    std::uint32_t series = 0;  // of the tenant, for the counters
  };

  UpstreamExchange(UpstreamContext& context, Slot slot, Plan plan);
  ~UpstreamExchange();

  // Connects (or takes a kept connection), writes the request, reads the head. On an error the slot is free again, or
  // held by a drain of its own when a worker is still at it. stale() then tells whether a kept connection had died.
  static Task<Result<Response>> run(const Ptr& self, Exchange& ex);  // `self` outlives the call
  bool stale() const { return stale_; }
  bool written() const { return written_; }  // has a byte of the request left?

  // After a 101: the connection, and what came behind the head. The slot stays here.
  std::unique_ptr<Connection> take_connection() { return std::move(connection_); }
  std::string_view behind_head() const { return buffer_.view().substr(head_size_); }
  // Once what is behind the head has been taken over.
  void drop_buffers() {
    plan_.head = {};
    buffer_.consume(buffer_.view().size());
    buffer_.release();
  }

 private:
  class InlineBody;
  class SpooledBody;

  Task<Result<>> connect();
  Task<Result<>> send();
  Task<Result<>> send_body();
  Task<Result<>> read_head(Exchange& ex, Response& response);
  Task<Result<>> read_one_head(TimePoint until);
  Task<Result<>> read_inline();
  static Task<> drain(Ptr self);
  Task<> drain_body();
  Task<> await_end();
  Task<bool> store(std::span<const char> bytes);
  void begin_drain(Ptr self);
  void abandon();  // the reader has gone
  void settle();   // connection kept or closed, slot free
  TimePoint read_deadline() const;
  bool may_go_on() const;

  UpstreamContext& context_;
  Slot slot_;
  EndpointPtr endpoint_;
  Plan plan_;
  std::unique_ptr<Connection> connection_;
  ReadBuffer buffer_;  // the head, and an inline body behind it: the response's views point here
  std::size_t head_size_ = 0;
  http::ResponseInfo info_;
  http::BodyDecoder decoder_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<char[]> bulk_;  // where a drained body is read to
  TimePoint started_;             // when the slot was taken
  bool sent_ = false;             // the request has left whole
  bool heard_ = false;            // the upstream has said something
  bool surplus_ = false;          // and more than its answer
  bool stale_ = false, written_ = false, abandoned_ = false, past_bounds_ = false;
  bool reusable_ = false;  // the message ended where the connection may go on
};

}  // namespace gatehouse::upstream
