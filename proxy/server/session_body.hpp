// The body of the request at hand, read from the client when somebody needs it.
#pragma once

#include <string>

#include "proxy/core/spool.hpp"
#include "proxy/http/body_decoder.hpp"
#include "proxy/server/client_connection.hpp"
#include "proxy/server/session_config.hpp"

namespace gatehouse::server {

class SessionBody final : public RequestBody {
 public:
  // `behind` are the bytes that came with the head.
  SessionBody(Loop& loop, ClientConnection& client, SpoolSpace& space, const BodyPace& pace, const RequestHead& head,
              std::string_view behind);

  bool empty() const override { return framing_.kind == Framing::Kind::none; }
  Task<Result<std::shared_ptr<Spool>>> complete(std::uint64_t limit) override;

  // After the answer. Has all of the body been taken off the connection? When little is left of it, it is read and
  // dropped, so that a refused request does not cost the connection.
  Task<bool> skip_rest();
  bool skippable() const;                                  // so that the answer can say whether the connection stays
  std::size_t taken() const { return taken_; }             // bytes of `behind` that belonged to the body
  const std::string& surplus() const { return surplus_; }  // read beyond the body and beyond `behind`
  std::uint64_t received() const { return decoder_.received(); }

 private:
  Task<Result<>> read_all(std::uint64_t limit, Spool* into);
  Result<bool> take(std::span<const char> bytes, std::size_t& used, std::uint64_t limit, Spool* into);
  TimePoint next_deadline(TimePoint now) const;

  Loop& loop_;
  ClientConnection& client_;
  SpoolSpace& space_;
  const BodyPace& pace_;
  Framing framing_;
  bool expect_continue_;
  bool http_1_0_;
  std::string_view behind_;
  http::BodyDecoder decoder_;
  std::size_t taken_ = 0;
  std::string surplus_;
  std::shared_ptr<Spool> spool_;
  std::optional<Error> failed_;
  TimePoint started_;
};

}  // namespace gatehouse::server
