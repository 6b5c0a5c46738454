// The capacity ledger. An Odoo worker serves one request at a time, so requests in flight at an endpoint never exceed
// its workers, counted per address over all tenants and threads of this node; what does not fit waits here, never in
// the pod's backlog. A slot is held until the upstream's EOF, whoever has left meanwhile.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "proxy/core/exchange.hpp"
#include "proxy/core/loop.hpp"
#include "proxy/core/waker.hpp"
#include "proxy/upstream/endpoint.hpp"
#include "routing/limits.hpp"

namespace gatehouse::upstream {

class Ledger;

// The endpoints of one tenant's pool. They change when DNS does; guarded by the ledger's lock.
struct PoolState {
  std::shared_ptr<const EndpointList> endpoints = std::make_shared<EndpointList>();
  unsigned limit = 0;  // requests in flight at one endpoint; 0: none
  unsigned turn = 0;   // where the last choice was: breaks ties
};

// The requests of one tenant that wait. Guarded by the ledger's lock.
struct TenantQueue {
  unsigned waiting = 0;
};

// The right to one request at one endpoint. Returns itself.
class Slot {
 public:
  Slot() = default;
  Slot(Ledger& ledger, EndpointPtr endpoint, Lane lane)
      : ledger_(&ledger), endpoint_(std::move(endpoint)), lane_(lane) {}
  explicit Slot(EndpointPtr endpoint) : endpoint_(std::move(endpoint)) {}  // outside the count: a websocket
  Slot(Slot&& other) noexcept { *this = std::move(other); }
  Slot& operator=(Slot&& other) noexcept;
  ~Slot() { release(); }
  void release();
  explicit operator bool() const { return endpoint_ != nullptr; }
  Endpoint& endpoint() const { return *endpoint_; }
  EndpointPtr share() const { return endpoint_; }

 private:
  Ledger* ledger_ = nullptr;
  EndpointPtr endpoint_;
  Lane lane_ = Lane::interactive;
};

// What a request asks for.
struct Want {
  PoolState& pool;
  TenantQueue& queue;
  routing::QueueLimits limits;
  Lane lane = Lane::interactive;
  const Endpoint* avoid = nullptr;  // that just failed: taken only when there is no other
  bool counted = true;              // false: an endpoint and no slot, since no worker is taken by it
};

class Ledger {
 public:
  // `loops` workers may wait; enter() is called for each before it runs.
  explicit Ledger(std::size_t loops);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  void enter(Loop& loop);

  // The endpoint of this address; the same object for all who name it, as long as anybody does.
  EndpointPtr endpoint(const tcp::endpoint& address);
  void set_endpoints(PoolState& pool, std::shared_ptr<const EndpointList> endpoints, unsigned limit);
  bool serves(const PoolState& pool, const net::ip::address& address) const;  // is it an endpoint's address?

  // A slot now, or after waiting in the tenant's queue. Every second of waiting the client is asked whether it is still
  // there. no_endpoint · queue_full · queue_timeout · client_gone.
  Task<Result<Slot>> acquire(Loop& loop, Want want, const Client& client);

  // Passive health. A failure is a connection refused, timed out or reset; `limits.failures` of them in a row eject the
  // endpoint for `limits.eject` × the ejections so far. A pool's last endpoint is used nevertheless.
  void failed(Endpoint& endpoint, const routing::OutlierLimits& limits);
  void succeeded(Endpoint& endpoint);

  // Gives free slots to whom an ended ejection held back. Called each second.
  void sweep();

  struct Usage {
    unsigned in_flight = 0, queued = 0, capacity = 0;  // capacity 0: no limit
  };
  Usage usage(const PoolState& pool, const TenantQueue& queue) const;
  struct EndpointUsage {
    std::string name;
    unsigned in_flight;
    bool ejected;
  };
  std::vector<EndpointUsage> endpoints() const;

 private:
  friend class Slot;
  friend class Ticket;
  struct Inbox;
  using Lock = std::unique_lock<std::mutex>;

  static bool may_run(const Endpoint& endpoint, Lane lane, unsigned limit);
  EndpointPtr choose(const Want& want, TimePoint now) const;
  std::optional<Slot> take_free(const Want& want);
  std::optional<Slot> follow(std::optional<Ticket>& ticket, Loop& loop, const Want& want);
  void release(EndpointPtr endpoint, Lane lane);
  void grant_next(Endpoint& endpoint, TimePoint now, std::vector<Inbox*>& wake);
  static void wake_all(const std::vector<Inbox*>& inboxes);
  void deliver(Inbox& inbox);

  mutable std::mutex mutex_;
  std::map<tcp::endpoint, std::weak_ptr<Endpoint>> endpoints_;
  std::vector<std::unique_ptr<Inbox>> inboxes_;
};

}  // namespace gatehouse::upstream
