// HTTP/1 with one client: the keep-alive loop and the arena. The only place where a refusal becomes bytes, an exception
// a closed connection and a counter, and where the log's record is made.
#pragma once

#include <memory>
#include <memory_resource>

#include <boost/intrusive/list.hpp>

#include "proxy/core/access_log.hpp"
#include "proxy/core/handler.hpp"
#include "proxy/core/stats.hpp"
#include "proxy/server/client_connection.hpp"
#include "proxy/server/request_id.hpp"
#include "proxy/server/session_body.hpp"

namespace gatehouse::server {

// What a worker gives its sessions.
struct SessionContext {
  Loop& loop;
  Handler& handler;  // the node's chain, the router at its end
  SpoolSpace& spool;
  Stats& stats;
  AccessLog::Writer* log;  // null: no access log
  RequestIds& request_ids;
  SessionConfigPtr config;  // of sessions to come
};

class SessionH1 : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `listener` and `context` outlive the session.
  SessionH1(SessionContext& context, const ListenerConfig& listener, TcpSocket socket);

  Task<> run();
  // No further requests: an idle session ends, a busy one closes after its answer.
  void drain();
  // The drain limit has passed.
  void cut() { client_.close(); }

 private:
  struct Scope;  // arena and exchange of the request at hand
  class Live;
  struct Start {
    std::optional<Errc> refused;  // the head never became one
  };

  Task<std::optional<Start>> read_head();  // nullopt: the connection is over
  Task<bool> await_first_byte();
  Clock::duration idle_limit() const;
  Task<bool> serve(Start start);  // one exchange; false: the connection ends
  Task<Outcome> outcome_of(Live& live);
  Task<bool> answer(Live& live, Outcome& outcome);
  Task<bool> reply(Live& live, Response& response);
  Task<Result<>> send_body(Live& live, Response& response, bool chunked, std::span<const char> piece);
  void broken(Live& live, const Error& error);
  void finish(Live& live);

  SessionContext& context_;
  SessionConfigPtr config_;
  const ListenerConfig& listener_;
  ClientConnection client_;
  BufferPool::Block arena_block_;
  std::size_t head_size_ = 0;  // of the head at the front of the buffer
  std::string out_;            // the head being written
  bool draining_ = false, idle_ = false, fresh_ = true, linger_ = false;
};

}  // namespace gatehouse::server
