// A document's list of middlewares before anybody builds them: entries with one key, their type, and perhaps a name.
// Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "routing/tenant.hpp"

namespace gatehouse::routing {

// An entry's `name`, else its type; empty when it is malformed.
std::string middleware_name(const config::Json& entry);
// Its one key that is neither `name` nor `replace`; empty when it is malformed.
std::string middleware_type(const config::Json& entry);

// `over` merges into `list` by name, key by key, in the place that is there; new names come after. An entry with
// `replace: true`, or of another type, replaces. What is malformed is left out: check_middlewares tells.
void merge_middlewares(config::Json& list, const config::Json& over, const std::string& origin = {},
                       Origins* origins = nullptr);
// The entries of `base` that `list` does not name come after its own; those that it does lie below.
config::Json middlewares_over(const config::Json& list, const config::Json& base);
void disable_middlewares(config::Json& list, const config::Json& names);

// Asks `r` for "middlewares" and "disable" and says what is wrong with their form. Nothing here knows types or options.
void check_middlewares(config::Reader& r);

}  // namespace gatehouse::routing
