// /sim/…: what a test tells the simulator to do. The reference is bench/odoo_sim/README.md.
#pragma once

#include <string_view>

#include "bench/odoo_sim/app.hpp"

namespace gatehouse::odoo_sim {

Answer control_route(const Request& request, const Origin& origin, std::string_view name);

}  // namespace gatehouse::odoo_sim
