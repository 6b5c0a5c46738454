#include "proxy/upstream/discovery.hpp"

#include <set>

#include "proxy/core/log.hpp"

namespace gatehouse::upstream {
namespace {

std::optional<net::ip::address> as_address(const std::string& host) {
  error_code ec;
  const auto address = net::ip::make_address(host, ec);
  return ec ? std::nullopt : std::optional(address);
}

std::vector<routing::EndpointSpec> words(const routing::PoolSpec& spec) {
  auto all = spec.endpoints;
  if (spec.dns) all.push_back({*spec.dns, 1});
  return all;
}

}  // namespace

Discovery::Config Discovery::Config::read(config::Reader r) {
  Config c;
  r.optional("refresh", c.refresh, 1s, 1h);
  return c;
}

Discovery::Discovery(Executor executor, Ledger& ledger, Config config)
    : executor_(executor), ledger_(ledger), config_(config), resolver_(executor), timer_(executor) {}

void Discovery::watch(std::shared_ptr<PoolState> pool, const routing::PoolSpec& spec) {
  watched_.erase(pool.get());
  bool named = false;
  for (const auto& word : words(spec)) {
    if (as_address(word.address.host)) continue;
    named = true;
    if (!names_[word.address.host].asked) resolve(word.address.host);
  }
  if (named) watched_[pool.get()] = {pool, spec};
  update(*pool, spec);
}

void Discovery::update(PoolState& pool, const routing::PoolSpec& spec) {
  auto list = std::make_shared<EndpointList>();
  const auto add = [&](const net::ip::address& address, const routing::EndpointSpec& word) {
    list->push_back({ledger_.endpoint({address, word.address.port}), word.weight});
  };
  for (const auto& word : words(spec)) {
    if (const auto address = as_address(word.address.host)) {
      add(*address, word);
      continue;
    }
    for (const auto& address : names_[word.address.host].addresses) add(address, word);
  }
  ledger_.set_endpoints(pool, std::move(list), spec.max_in_flight);
}

void Discovery::resolve(const std::string& host) {
  auto& known = names_[host];
  known.asked = true;
  if (std::exchange(known.pending, true)) return;  // one resolver thread: what waits there must not pile up
  auto done = [this, host](error_code ec, const tcp::resolver::results_type& results) {
    if (ec == net::error::operation_aborted) return;
    auto& name = names_[host];
    name.pending = false;
    if (ec) {
      if (!name.failing) log::warn("name does not resolve", {{"name", host}, {"cause", ec.message()}});
      name.failing = true;
      return;
    }
    name.failing = false;
    std::vector<net::ip::address> addresses;
    for (const auto& entry : results) addresses.push_back(entry.endpoint().address());
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    if (addresses == name.addresses) return;
    name.addresses = std::move(addresses);
    for (const auto& [key, watched] : watched_) {
      const auto pool = watched.pool.lock();
      const auto all = words(watched.spec);
      const bool named = std::any_of(all.begin(), all.end(), [&](const auto& w) { return w.address.host == host; });
      if (pool && named) update(*pool, watched.spec);
    }
  };
  resolver_.async_resolve(host, "", std::move(done));
}

void Discovery::start() { refresh(); }

void Discovery::refresh() {
  std::erase_if(watched_, [](const auto& entry) { return entry.second.pool.expired(); });
  std::set<std::string> used;
  for (const auto& [key, watched] : watched_)
    for (const auto& word : words(watched.spec))
      if (!as_address(word.address.host)) used.insert(word.address.host);
  std::erase_if(names_, [&](const auto& entry) { return !entry.second.pending && !used.contains(entry.first); });
  for (const auto& host : used) resolve(host);
  timer_.expires_after(config_.refresh);
  timer_.async_wait([this](error_code ec) {
    if (!ec) refresh();
  });
}

void Discovery::stop() {
  timer_.cancel();
  resolver_.cancel();
}

}  // namespace gatehouse::upstream
