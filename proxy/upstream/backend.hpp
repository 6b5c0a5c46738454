// A tenant's pools at work: endpoints, queue, sockets, retry budget. Survives the tenant's document: a reload that
// changes a limit or an endpoint keeps everything that others still name. Shared by all threads.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "proxy/upstream/capacity.hpp"
#include "proxy/upstream/discovery.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::upstream {

// Retries as a share of requests (SPEC: 20 %), so that a dying upstream is not finished off by them. Any thread.
class RetryBudget {
 public:
  void deposit(double share) {
    auto tokens = tokens_.load(std::memory_order_relaxed);
    if (tokens < kMost)
      tokens_.store(tokens + share, std::memory_order_relaxed);  // a lost update costs a fifth of a retry
  }
  bool withdraw() {
    auto tokens = tokens_.load(std::memory_order_relaxed);
    while (tokens >= 1)
      if (tokens_.compare_exchange_weak(tokens, tokens - 1, std::memory_order_relaxed)) return true;
    return false;
  }

 private:
  static constexpr double kMost = 50;
  std::atomic<double> tokens_{10};  // a quiet tenant may retry, too
};

class Backend {
 public:
  // The parts that outlive a changed document.
  struct State {
    PoolState web, websocket;
    TenantQueue queue;
    RetryBudget retries;
    std::atomic<unsigned> sockets{0};
  };
  explicit Backend(std::shared_ptr<State> state) : state_(std::move(state)) {}
  State& state() const { return *state_; }
  std::shared_ptr<State> share() const { return state_; }

 private:
  std::shared_ptr<State> state_;
};

// Makes backends for tenants as they are loaded. Control thread.
class Backends {
 public:
  explicit Backends(Discovery& discovery) : discovery_(discovery) {}
  // `previous`: the tenant of the same id before, null for a new one. What runs is not touched yet: the load may fail.
  std::shared_ptr<Backend> attach(const routing::Tenant& tenant, const routing::Tenant* previous);
  void commit();  // the load succeeded: changed pools get their endpoints
  void rollback() { changes_.clear(); }

 private:
  struct Change {
    std::shared_ptr<PoolState> pool;
    routing::PoolSpec spec;
  };
  Discovery& discovery_;
  std::vector<Change> changes_;
};

}  // namespace gatehouse::upstream
