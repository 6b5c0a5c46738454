// Who may say what about the client: forwarded headers of trusted peers, and the names that only we may send upstream.
#pragma once

#include <span>
#include <string_view>

#include "config/units.hpp"
#include "proxy/core/exchange.hpp"

namespace gatehouse::http {

// Names a client may never send through: X-Forwarded-*, X-Real-IP, Forwarded, X-Odoo-*, X-Openerp-*, X-Accel-*,
// X-Sendfile*, X-Request-Id (ours; a trusted peer's is taken over).
bool is_managed(std::string_view name);

// Sets client.address and client.tls: the peer's own, unless the peer is trusted. Then the right-most address of
// X-Forwarded-For that is not itself trusted, and X-Forwarded-Proto (https and wss are TLS). What cannot be parsed ends
// the search with what was found so far.
void find_client(const Fields& fields, std::span<const config::Network> trusted, Client& client);

// What X-Forwarded-Host says: the host, and the port the client named unless it is the scheme's default.
void append_forwarded_host(std::string& out, const RequestHead& head, bool tls);

}  // namespace gatehouse::http
