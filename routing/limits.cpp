#include "routing/limits.hpp"

namespace gatehouse::routing {
namespace {

using config::Bytes;
using config::Json;
using config::Reader;
using namespace std::chrono_literals;

constexpr const char* kAuto = "auto";
constexpr const char* kSections[]{"upstream", "tunnel", "retry_budget", "outlier"};
constexpr const char* kBodyKeys[]{"size", "json", "login"};

void only_in_the_node(Reader& r, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (r.raw(key)) r.problem(key, "only in the node's limits");
}

// "auto" leaves the field empty.
template <class T, class... Bounds>
void or_auto(Reader& r, const char* key, std::optional<T>& field, Bounds... bounds) {
  const Json* value = r.raw(key);
  if (!value || *value == kAuto) return;
  T read{};
  if (r.optional(key, read, bounds...)) field = read;
}

template <class T>
std::string text_or_auto(const std::optional<T>& value) {
  return value ? config::to_string(*value) : kAuto;
}

BodyLimits read_body(Reader r) {
  BodyLimits body;
  r.optional("size", body.size);
  or_auto(r, "json", body.json);
  r.optional("login", body.login);
  only_in_the_node(r, {"idle", "min_rate", "min_rate_after"});
  return body;
}

UpstreamLimits read_upstream(Reader r) {
  UpstreamLimits upstream;
  r.optional("connect", upstream.connect, 1ms, 60s);
  r.optional("connect_attempts", upstream.connect_attempts, 1, 10);
  or_auto(r, "first_byte", upstream.first_byte, config::Duration{1s}, config::Duration{24h});
  r.optional("report", upstream.report, 1s, 24h);
  r.optional("interim_responses", upstream.interim_responses, 0, 1000);
  return upstream;
}

}  // namespace

Limits read_limits(Reader r) {
  Limits limits;
  limits.body = read_body(r.child("body"));
  limits.upstream = read_upstream(r.child("upstream"));
  r.child("tunnel").optional("idle", limits.tunnel_idle, 1s);
  config::Share retries{limits.retry_budget};
  r.optional("retry_budget", retries);
  limits.retry_budget = retries.value;
  Reader outlier = r.child("outlier");
  outlier.optional("failures", limits.outlier.failures, 1, 1000);
  outlier.optional("eject", limits.outlier.eject, 1s, 1h);
  only_in_the_node(r, {"head", "spool", "client", "http2"});
  return limits;
}

Json to_document(const Limits& limits) {
  const auto& [body, upstream, tunnel_idle, retry_budget, outlier] = limits;
  return {
      {"body",
       {{"size", config::to_string(body.size)},
        {"json", text_or_auto(body.json)},
        {"login", config::to_string(body.login)}}},
      {"upstream",
       {{"connect", config::to_string(upstream.connect)},
        {"connect_attempts", upstream.connect_attempts},
        {"first_byte", text_or_auto(upstream.first_byte)},
        {"report", config::to_string(upstream.report)},
        {"interim_responses", upstream.interim_responses}}},
      {"tunnel", {{"idle", config::to_string(tunnel_idle)}}},
      {"retry_budget", retry_budget},
      {"outlier", {{"failures", outlier.failures}, {"eject", config::to_string(outlier.eject)}}},
  };
}

Json tenant_part(const Json& node_limits) {
  Json part = Json::object();
  if (!node_limits.is_object()) return part;
  if (const auto body = node_limits.find("body"); body != node_limits.end() && body->is_object()) {
    for (const char* key : kBodyKeys)
      if (const auto value = body->find(key); value != body->end()) part["body"][key] = *value;
  }
  for (const char* section : kSections)
    if (const auto value = node_limits.find(section); value != node_limits.end()) part[section] = *value;
  return part;
}

}  // namespace gatehouse::routing
