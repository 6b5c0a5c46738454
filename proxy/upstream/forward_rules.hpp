// What a request may take of its tenant's upstream: pure functions of class, head and limits.
#pragma once

#include <chrono>
#include <cstdint>

#include "proxy/core/message.hpp"
#include "proxy/upstream/fair_queue.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::upstream {

Lane lane_of(routing::PathClass path_class);

// Bytes of body: login-like requests little, JSON and XML more than uploads (attachments travel as base64 there).
std::uint64_t body_limit(const routing::Tenant& tenant, routing::PathClass path_class, const Fields& fields);

// From the request's last byte to the head of the answer. Above the time limit of the worker, so that its own end comes
// first; reports have longer, the database manager has no limit.
std::chrono::milliseconds first_byte(const routing::Tenant& tenant, routing::PathClass path_class);

// How long a worker is believed busy after that before its slot is given away: its time limit and a margin.
std::chrono::milliseconds hold(const routing::Tenant& tenant, routing::PathClass path_class);

// RFC 9110 §9.2.2: may it be sent again after the upstream may have seen it?
bool idempotent(Verb verb);

// wkhtmltopdf fetching a report's assets; whether the address is an endpoint's is asked elsewhere.
bool is_wkhtmltopdf(const Fields& fields);

// What Odoo leaves out of its session cookie: Secure on TLS, SameSite where it set none. Other cookies are left alone.
// The new value lives in the fields' arena.
void complete_session_cookie(Fields& fields, const routing::SessionCookie& config, bool tls);

}  // namespace gatehouse::upstream
