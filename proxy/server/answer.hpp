// Answers of ours, in the caller's protocol. Odoo's own clients decide the table: its web client takes a 502 with text
// as "connection lost", keeps unsaved work and comes back, while JSON without an `error` counts as success whatever the
// status; so a JSON-RPC call that should come back gets 502 and text, and one that is refused gets a JSON-RPC error.
#pragma once

#include "proxy/core/exchange.hpp"

namespace gatehouse::server {

enum class Caller : std::uint8_t { json_rpc, xml_rpc, page, other };
// By method, Content-Type, path and Accept. /json/1, /json/2 and webhooks are no JSON-RPC: their callers read the
// status.
Caller caller_of(const Exchange& ex);

// The response for a refusal, in the exchange's arena. `request_id` is shown so that a user can name it.
Response answer_for(const Exchange& ex, const Refusal& refusal);

}  // namespace gatehouse::server
