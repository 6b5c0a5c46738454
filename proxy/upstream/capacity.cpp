#include "proxy/upstream/capacity.hpp"

#include <sstream>

#include "proxy/upstream/ticket.hpp"

namespace gatehouse::upstream {
namespace {

constexpr auto kAskClient = 1s;
constexpr unsigned kMaxEjections = 10;

std::uint64_t load(const Endpoint& e) { return std::uint64_t(e.in_flight) + e.failures + 1; }

std::string to_text(const tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

}  // namespace

Endpoint::Endpoint(tcp::endpoint at) : address(at), name(to_text(at)) {}

Slot& Slot::operator=(Slot&& other) noexcept {
  release();
  ledger_ = other.ledger_;
  endpoint_ = std::move(other.endpoint_);
  lane_ = other.lane_;
  return *this;
}

void Slot::release() {
  auto endpoint = std::exchange(endpoint_, nullptr);
  if (endpoint && ledger_) ledger_->release(std::move(endpoint), lane_);
}

// === Ticket ===

Ticket::Ticket(Ledger& ledger, Loop& loop, const Want& want)
    : Deadline(loop.deadlines),
      ledger_(ledger),
      loop_(loop),
      queue_(want.queue),
      lane_(want.lane),
      limit_(want.pool.limit),
      endpoints_(want.pool.endpoints),
      waker_(loop.executor) {
  ++queue_.waiting;
  for (const auto& [endpoint, weight] : *endpoints_) {
    if (endpoint.get() == want.avoid && endpoints_->size() > 1) continue;
    auto& waiting = waiting_.emplace_back();
    waiting.ticket = this;
    endpoint->queue.push(waiting, lane_);
  }
}

void Ticket::leave_queue() {
  waiting_.clear();  // unlinks each
  --queue_.waiting;
}

bool Ticket::outdated(const PoolState& pool) const {
  return state_ == State::queued && (endpoints_ != pool.endpoints || limit_ != pool.limit);
}

bool Ticket::any_healthy(TimePoint now) const {
  return std::any_of(endpoints_->begin(), endpoints_->end(),
                     [now](const WeightedEndpoint& e) { return e.endpoint->ejected_until <= now; });
}

Ticket::~Ticket() {
  EndpointPtr unused;
  {
    const Ledger::Lock lock(ledger_.mutex_);
    if (state_ == State::queued) leave_queue();
    if (state_ == State::granted) unused = std::move(granted_);
    state_ = State::abandoned;
    Ledger::Inbox::Hook::unlink();
  }
  if (unused) ledger_.release(std::move(unused), lane_);
}

void Ticket::grant(EndpointPtr endpoint) {
  leave_queue();
  state_ = State::granted;
  granted_ = std::move(endpoint);
}

std::optional<Slot> Ticket::take() {
  const Ledger::Lock lock(ledger_.mutex_);
  if (state_ != State::granted) return std::nullopt;
  state_ = State::taken;
  return Slot(ledger_, std::move(granted_), lane_);
}

Task<> Ticket::wait(TimePoint at) {
  arm(at, Errc::queue_timeout);
  co_await waker_.wait();
  disarm();
}

// === Ledger ===

void Ledger::Inbox::wake() {
  if (posted.exchange(true)) return;
  net::post(executor, [this] {
    posted = false;
    ledger.deliver(*this);
  });
}

Ledger::Ledger(std::size_t loops) : inboxes_(loops) {}
Ledger::~Ledger() = default;

void Ledger::enter(Loop& loop) { inboxes_[loop.index] = std::make_unique<Inbox>(*this, loop.executor); }

EndpointPtr Ledger::endpoint(const tcp::endpoint& address) {
  const Lock lock(mutex_);
  auto& known = endpoints_[address];
  auto endpoint = known.lock();
  if (!endpoint) known = endpoint = std::make_shared<Endpoint>(address);
  std::erase_if(endpoints_, [](const auto& entry) { return entry.second.expired(); });
  return endpoint;
}

void Ledger::set_endpoints(PoolState& pool, std::shared_ptr<const EndpointList> endpoints, unsigned limit) {
  {
    const Lock lock(mutex_);
    pool.endpoints.swap(endpoints);
    pool.limit = limit;
  }
  sweep();  // the old list dies outside the lock
}

bool Ledger::serves(const PoolState& pool, const net::ip::address& address) const {
  const Lock lock(mutex_);
  for (const auto& [endpoint, weight] : *pool.endpoints)
    if (endpoint->address.address() == address) return true;
  return false;
}

bool Ledger::may_run(const Endpoint& endpoint, Lane lane, unsigned limit) {
  if (limit == 0) return true;
  return endpoint.in_flight < limit && endpoint.in_lane[static_cast<std::size_t>(lane)] < lane_cap(lane, limit);
}

// The least busy for its weight among those with a free slot; failures in a row count like requests in flight, so that
// an endpoint that may be down is tried when the others are busier. An ejected one only when no other is healthy.
EndpointPtr Ledger::choose(const Want& want, TimePoint now) const {
  const auto& list = *want.pool.endpoints;
  const auto healthy = [&](const Endpoint& e) { return e.ejected_until <= now && &e != want.avoid; };
  const bool any_healthy =
      std::any_of(list.begin(), list.end(), [&](const WeightedEndpoint& e) { return healthy(*e.endpoint); });
  const WeightedEndpoint* best = nullptr;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& candidate = list[(want.pool.turn + i) % list.size()];
    const Endpoint& e = *candidate.endpoint;
    if (any_healthy && !healthy(e)) continue;
    if (want.counted && !may_run(e, want.lane, want.pool.limit)) continue;
    if (!best || load(e) * best->weight < load(*best->endpoint) * candidate.weight) best = &candidate;
  }
  return best ? best->endpoint : nullptr;
}

// With the lock held. Nobody who waits could use what is free, or would have it already: whoever comes may take it.
std::optional<Slot> Ledger::take_free(const Want& want) {
  auto endpoint = choose(want, Clock::now());
  if (!endpoint) return std::nullopt;
  ++want.pool.turn;
  if (!want.counted) return Slot(std::move(endpoint));
  ++endpoint->in_flight;
  ++endpoint->in_lane[static_cast<std::size_t>(want.lane)];
  return Slot(*this, std::move(endpoint), want.lane);
}

Task<Result<Slot>> Ledger::acquire(Loop& loop, Want want, const Client& client) {
  std::optional<Ticket> ticket;
  {
    const Lock lock(mutex_);
    if (want.pool.endpoints->empty()) co_return Error{Errc::no_endpoint};
    auto slot = take_free(want);
    if (slot) co_return std::move(*slot);
    if (want.queue.waiting >= want.limits.length) co_return Error{Errc::queue_full};
    ticket.emplace(*this, loop, want);
  }
  const auto end = Clock::now() + want.limits.timeout;
  while (true) {
    co_await ticket->wait(std::min<TimePoint>(end, Clock::now() + kAskClient));
    auto slot = ticket->take();
    if (!slot) slot = follow(ticket, loop, want);
    if (slot) co_return std::move(*slot);
    if (client.gone()) co_return Error{Errc::client_gone};
    if (Clock::now() >= end) co_return Error{Errc::queue_timeout};
  }
}

// A pool that changed while somebody waits for it: the new endpoints count, not those of then.
std::optional<Slot> Ledger::follow(std::optional<Ticket>& ticket, Loop& loop, const Want& want) {
  {
    const Lock lock(mutex_);
    if (!ticket->outdated(want.pool)) return std::nullopt;
  }
  ticket.reset();  // takes the lock itself
  const Lock lock(mutex_);
  auto slot = take_free(want);
  if (!slot) ticket.emplace(*this, loop, want);
  return slot;
}

void Ledger::release(EndpointPtr endpoint, Lane lane) {
  std::vector<Inbox*> wake;
  {
    const Lock lock(mutex_);
    --endpoint->in_flight;
    --endpoint->in_lane[static_cast<std::size_t>(lane)];
    grant_next(*endpoint, Clock::now(), wake);
  }
  wake_all(wake);
}

void Ledger::grant_next(Endpoint& endpoint, TimePoint now, std::vector<Inbox*>& wake) {
  const bool ejected = endpoint.ejected_until > now;
  const auto may_have = [&](const Ticket& t) {
    return may_run(endpoint, t.lane(), t.limit()) && !(ejected && t.any_healthy(now));
  };
  while (auto* ticket = endpoint.queue.next(may_have)) {
    ++endpoint.in_flight;
    ++endpoint.in_lane[static_cast<std::size_t>(ticket->lane())];
    auto shared = endpoints_[endpoint.address].lock();
    ticket->grant(std::move(shared));
    Inbox* inbox = inboxes_[ticket->worker()].get();
    inbox->granted.push_back(*ticket);
    if (std::find(wake.begin(), wake.end(), inbox) == wake.end()) wake.push_back(inbox);
  }
}

void Ledger::wake_all(const std::vector<Inbox*>& inboxes) {
  for (auto* inbox : inboxes) inbox->wake();
}

void Ledger::deliver(Inbox& inbox) {
  std::vector<Ticket*> tickets;  // they cannot go away: we are on their loop
  {
    const Lock lock(mutex_);
    while (!inbox.granted.empty()) {
      tickets.push_back(&inbox.granted.front());
      inbox.granted.pop_front();
    }
  }
  for (auto* ticket : tickets) ticket->wake();
}

void Ledger::failed(Endpoint& endpoint, const routing::OutlierLimits& limits) {
  const Lock lock(mutex_);
  if (limits.failures == 0 || ++endpoint.failures < limits.failures) return;
  endpoint.failures = 0;
  endpoint.ejections = std::min(endpoint.ejections + 1, kMaxEjections);
  endpoint.ejected_until = Clock::now() + limits.eject * endpoint.ejections;
}

void Ledger::succeeded(Endpoint& endpoint) {
  const Lock lock(mutex_);
  endpoint.failures = 0;
  endpoint.ejections = 0;
  endpoint.ejected_until = {};
}

void Ledger::sweep() {
  std::vector<Inbox*> wake;
  {
    const Lock lock(mutex_);
    const auto now = Clock::now();
    for (auto& [address, weak] : endpoints_)
      if (const auto endpoint = weak.lock()) grant_next(*endpoint, now, wake);
  }
  wake_all(wake);
}

Ledger::Usage Ledger::usage(const PoolState& pool, const TenantQueue& queue) const {
  const Lock lock(mutex_);
  Usage usage;
  for (const auto& [endpoint, weight] : *pool.endpoints) usage.in_flight += endpoint->in_flight;
  usage.queued = queue.waiting;
  usage.capacity = pool.limit * static_cast<unsigned>(pool.endpoints->size());
  return usage;
}

std::vector<Ledger::EndpointUsage> Ledger::endpoints() const {
  const Lock lock(mutex_);
  const auto now = Clock::now();
  std::vector<EndpointUsage> list;
  for (const auto& [address, weak] : endpoints_)
    if (const auto endpoint = weak.lock())
      list.push_back({endpoint->name, endpoint->in_flight, endpoint->ejected_until > now});
  return list;
}

}  // namespace gatehouse::upstream
