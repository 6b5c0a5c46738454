// Limits that a tenant may say for itself; what it does not say comes from its tier, then from the node's `limits`.
#pragma once

#include <optional>

#include "config/reader.hpp"

namespace gatehouse::routing {

struct BodyLimits {
  config::Bytes size = {128ull << 20};  // uploads and forms
  std::optional<config::Bytes> json;    // JSON and XML; auto: 1.4 × size, since attachments travel as base64
  config::Bytes login = {1ull << 20};   // login-like requests
  config::Bytes json_size() const { return json ? *json : config::Bytes{size.count + size.count * 2 / 5}; }
};

struct UpstreamLimits {
  config::Duration connect{1000};
  unsigned connect_attempts = 2;
  std::optional<config::Duration> first_byte;  // auto: odoo.time_limit_real + 5 s, 1200 s when that is not set
  config::Duration report{1'200'000};          // first byte of a report; the larger of this and first_byte counts
  unsigned interim_responses = 16;             // 1xx of one answer; more is upstream_malformed
};

struct OutlierLimits {
  unsigned failures = 5;  // in a row, then the endpoint is left out for eject × times ejected
  config::Duration eject{30'000};
};

struct Limits {
  BodyLimits body;
  UpstreamLimits upstream;
  config::Duration tunnel_idle{3'600'000};  // above Odoo's ping of 45 s
  double retry_budget = 0.2;                // share of the tenant's requests that may be retries
  OutlierLimits outlier;
};

// Reads a tenant's or a tier's `limits`; a key that only the node's know is a problem.
Limits read_limits(config::Reader r);
// The sections and keys that read_limits knows, with their values: a document that reads as `limits`.
config::Json to_document(const Limits& limits);
// Of the node's `limits`, what a tenant may say too.
config::Json tenant_part(const config::Json& node_limits);

struct QueueLimits {
  unsigned length = 64;  // requests of the tenant that wait for a worker
  config::Duration timeout{10'000};
};

}  // namespace gatehouse::routing
