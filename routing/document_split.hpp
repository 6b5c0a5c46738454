// Cuts the text of a tenants file into the texts of its tenants without parsing it, so that only what changed is
// parsed. Private to this folder.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace gatehouse::routing {

// The items of a block list under a top-level `tenants:`, each a YAML list of one item, when the file has just the
// shape `schema: 1` and `tenants:` with items at one indentation. nullopt: another shape (flow style, other keys, tabs,
// several documents), which a parser must look at. A piece may still not parse by itself (an alias of another piece's
// anchor).
std::optional<std::vector<std::string_view>> split_tenants(std::string_view text);

}  // namespace gatehouse::routing
