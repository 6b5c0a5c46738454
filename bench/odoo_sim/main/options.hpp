// The command line of odoo_sim.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "bench/odoo_sim/odoo_sim.hpp"

namespace gatehouse::odoo_sim {

// None when something is wrong or help was asked for; said on standard error.
std::optional<OdooSim::Config> read_options(const std::vector<std::string_view>& words);

}  // namespace gatehouse::odoo_sim
