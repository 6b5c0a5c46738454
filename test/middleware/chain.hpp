// A chain in a test: built from YAML through the registry around a stub handler, run without a socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include "config/file.hpp"
#include "middleware/registry.hpp"
#include "routing/tenant.hpp"
#include "test/support/exchange.hpp"

namespace gatehouse::middleware {

using Lines = std::vector<std::string>;

inline config::Json yaml(std::string_view text) {
  config::Problems problems;
  auto value = config::parse_document(text, problems);
  INFO(text);
  REQUIRE(value.has_value());
  return *std::move(value);
}

// What lies behind the middlewares: answers 204 and counts.
class Stub final : public Handler {
 public:
  Reply handle(Exchange& ex) override {
    ++asked;
    return answer(ex, 204, "text/plain", "");
  }
  int asked = 0;
};

template <class T>
Task<> store(Task<T> task, std::optional<T>& result) {
  T value = co_await std::move(task);
  result.emplace(std::move(value));
}

// The outcome of what does not wait for the world.
template <class T>
T run(Task<T> task) {
  net::io_context context;
  std::optional<T> result;
  Task<> stored = store(std::move(task), result);
  const auto done = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  net::co_spawn(context, std::move(stored), done);
  context.run();
  return *std::move(result);
}

inline std::string body_of(Response& response) {
  const auto bytes = run(response.body->next()).value();
  return {bytes.begin(), bytes.end()};
}

class Chain {
 public:
  explicit Chain(std::string_view list) {
    config::Problems problems;
    handler_ = build_chain(yaml(list), "middlewares", stub_, problems);
    for (const config::Problem& problem : problems.list()) problems_.push_back(to_string(problem));
  }

  const Lines& problems() const { return problems_; }
  int asked() const { return stub_->asked; }  // how many exchanges came through

  Outcome handle(Exchange& ex) const { return run(handler_->handle(ex)); }
  // "204", or what refused it: "not_found by path_policy".
  std::string verdict(Exchange& ex) const {
    const Outcome outcome = handle(ex);
    if (outcome.has_value()) return std::to_string(outcome.value().head.status);
    return std::string(meaning(outcome.error().code).name) + " by " + std::string(outcome.error().policy);
  }

 private:
  std::shared_ptr<Stub> stub_ = std::make_shared<Stub>();
  HandlerPtr handler_;
  Lines problems_;
};

// The exchange as a middleware of a tenant sees it: routed.
inline void route(Exchange& ex, const routing::Tenant& tenant) {
  ex.tenant = &tenant;
  ex.path_class = tenant.class_of(ex.request.path, ex.request.verb);
}

}  // namespace gatehouse::middleware
