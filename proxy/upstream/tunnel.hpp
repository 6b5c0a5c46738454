// A websocket after its 101: two byte pipes, half-close passed on, one idle limit, and a goodbye between two frames
// when the worker drains. Holds no buffer while nothing moves.
#pragma once

#include "proxy/http/websocket.hpp"
#include "proxy/upstream/backend.hpp"
#include "proxy/upstream/upstream_exchange.hpp"

namespace gatehouse::upstream {

class WebsocketTunnel final : public Tunnel, private Deadline, private Drainable {
 public:
  // `exchange` has got the 101; `state` counts the socket until the tunnel dies.
  WebsocketTunnel(UpstreamContext& context, UpstreamExchange::Ptr exchange, std::shared_ptr<Backend::State> state,
                  Clock::duration idle, std::uint32_t series);
  ~WebsocketTunnel() override;

  Task<> run(TcpSocket& client, std::span<const char> early) override;

 private:
  static constexpr auto kHalfClosed = 30s;  // for the other direction, once one has ended
  static constexpr auto kGoodbye = 10s;     // for the peers to end after a close frame of ours

  Task<> to_upstream(std::span<const char> early);
  Task<> to_client(std::span<const char> early);
  Task<bool> relay(TcpSocket& from, TcpSocket& to, bool down);
  Task<bool> write(TcpSocket& to, std::span<const char> bytes);
  void say_goodbye();
  void keep_alive();  // something moved
  void drain() override;
  void cut() override { on_expired(); }
  void on_expired() override;

  UpstreamContext& context_;
  UpstreamExchange::Ptr exchange_;  // holds the slot
  std::unique_ptr<Connection> connection_;
  std::shared_ptr<Backend::State> state_;
  Clock::duration idle_;
  std::uint32_t series_;
  TcpSocket* client_ = nullptr;
  http::FrameTracker frames_;  // of what the client has been sent
  bool writing_ = false, draining_ = false, goodbye_ = false, half_closed_ = false;
};

}  // namespace gatehouse::upstream
