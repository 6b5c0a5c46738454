// From a value to its text, for Reader's fields. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/reader.hpp"

namespace gatehouse::config {

inline constexpr const char* kNetworkForm = "an address or a network (10.0.0.0/8, host bits zero)";

// Is it a text with ${NAME} that the scope expands?
bool refers_to_environment(const Json& value, const Scope& scope);

// The text of a value, ${NAME} expanded; a problem and nothing when it is no text.
std::optional<std::string> text_of(const Json& value, const std::string& path, Scope& scope);

// A value written as text in the form that `parse` knows.
template <class T>
std::optional<T> parsed(const Json& value, const std::string& path, Scope& scope,
                        std::optional<T> (*parse)(std::string_view), const char* form) {
  std::optional<T> result;
  if (value.is_string()) {
    const auto text = text_of(value, path, scope);
    if (!text) return std::nullopt;
    result = parse(*text);
  }
  if (!result) scope.problems.error(path, std::string("expected ") + form + ", got " + describe(value));
  return result;
}

}  // namespace gatehouse::config
