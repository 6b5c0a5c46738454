// Documents over documents. Private to this folder.
#pragma once

#include <string>

#include "routing/tenant.hpp"

namespace gatehouse::routing {

// Objects merge key by key, lists and scalars replace, null says nothing. `path` is where `into` stands in the whole;
// each value that `over` gives is noted in `origins` as being from `origin`, when these are asked for.
void merge_document(config::Json& into, const config::Json& over, const std::string& path = {},
                    const std::string& origin = {}, Origins* origins = nullptr);

}  // namespace gatehouse::routing
