// A YAML or JSON file as one Json value. JSON is read as the YAML it is, except for files named *.json. A problem with
// the text has the place as its path, "gatehouse.yaml:12:5"; without a name, "line 12:5". An empty document is null.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/reader.hpp"

namespace gatehouse::config {

// Plain scalars become null, bool, integer, number or string by YAML 1.2's core schema; quoted ones are strings.
// Refused with a problem that names line and column: syntax errors, duplicate keys, keys that are no strings, anchors
// and aliases beyond kMaxNodes (a bomb), several documents, nesting deeper than kMaxDepth, merge keys and tags that are
// not YAML's own, bytes that are not UTF-8 and control characters.
inline constexpr int kMaxDepth = 64;
inline constexpr std::size_t kMaxNodes = 4'000'000;
inline constexpr std::size_t kMaxText = std::size_t{512} << 20;  // bytes of a file

std::optional<Json> parse_document(std::string_view text, Problems& problems, const std::string& name = "",
                                   bool json = false);

// nullopt and a problem when it cannot be read: "gatehouse.yaml: no such file or directory".
std::optional<std::string> read_text(const std::filesystem::path& path, Problems& problems, std::size_t max = kMaxText);
std::optional<Json> read_file(const std::filesystem::path& path, Problems& problems);

// "${NAME}" anywhere in `text`; a name that is not set is a problem at `path`. "$${" is a literal "${". No problem
// shows more of the text than the name.
std::optional<std::string> expand_environment(std::string_view text, const std::string& path, Problems& problems);

}  // namespace gatehouse::config
