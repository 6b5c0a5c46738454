// YAML 1.2's core schema: what a plain scalar means. Private to this folder.
#pragma once

#include <string>

#include "config/reader.hpp"

namespace gatehouse::config {

// null, ~; true, false; 17, 0o17, 0x1f; 1.5, .inf, .nan; everything else is a string, also yes, on, 10s, 128MiB and
// times. An integer beyond 64 bits becomes a number with a fraction, as in JSON.
Json plain_scalar(const std::string& text);

}  // namespace gatehouse::config
