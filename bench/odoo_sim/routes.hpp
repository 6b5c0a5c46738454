// The ordinary routes of Odoo 18, each with the status, fields and body shape that its clients look at.
#pragma once

#include <optional>
#include <string_view>

#include "bench/odoo_sim/app.hpp"

namespace gatehouse::odoo_sim {

std::optional<Answer> ordinary_route(const Request& request, const Origin& origin, std::string_view name);

// odoo: an exception in a JSON route is HTTP 200 with an error object.
Answer json_error(const Request& request, std::string_view exception, std::string_view message);
// odoo: a new session is 84 characters of URL-safe base64.
std::pair<std::string, std::string> session_cookie(std::mt19937_64& random);
bool has_session(const Request& request);

}  // namespace gatehouse::odoo_sim
