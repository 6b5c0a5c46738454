// Reading what tenants, tiers and pools have in common. Private to this folder. Each asks `r` for the keys it names.
#pragma once

#include "routing/tenant.hpp"

namespace gatehouse::routing {

// odoo, web, websocket of a tenant or of a shared pool, with what follows from them: slots, where websockets go.
// `required` ends the problem of a missing `web`: "is required", and what else would do.
void read_pools(config::Reader& r, Tenant& tenant, const char* required);
// odoo and websocket of a tier: both without a place to send to.
void read_pool_defaults(config::Reader& r);

// queue, limits, session_cookie, classes, mode, … : what a tier says for its tenants and a tenant for itself.
void read_policy(config::Reader& r, Tenant& tenant);

// `[a-z0-9-]{1,63}`, for ids, tiers and pools.
bool is_id(std::string_view text);

}  // namespace gatehouse::routing
