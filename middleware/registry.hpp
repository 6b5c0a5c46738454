// The middlewares of this build, and how a list of them becomes a chain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/reader.hpp"
#include "proxy/core/handler.hpp"

namespace gatehouse::middleware {

// What a policy must see to decide: forward-auth mode can give it a head, perhaps a body, never a response.
struct Needs {
  bool body = false;
  bool response = false;
};

// Nests from the back: order is the order of the list, `last` is the innermost. Each entry has one key, its type, and
// may have a `name` beside it or among its options. Nothing is expanded from the environment. Unknown types, keys and
// bad options are problems at `path`, all of them at once; the chain is then of the good ones.
HandlerPtr build_chain(const config::Json& list, const std::string& path, HandlerPtr last, config::Problems& problems);

// The names, else types, of a list in order ("path_policy", "origin_check" …): for the pipeline's line in the log and
// for `explain`.
std::vector<std::string> names(const config::Json& list);

}  // namespace gatehouse::middleware
