// The process's own log: structured, one event one line, on standard error. spdlog behind it; fields instead of prose.
//
//   log::warn("tenants file kept its old state", {{"path", path}, {"problems", n}});
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "config/reader.hpp"

namespace gatehouse::log {

enum class Level : std::uint8_t { debug, info, warn, error };
enum class Format : std::uint8_t { json, text };

struct Config {
  Level level = Level::info;
  Format format = Format::json;
};
Config read_config(config::Reader& r);  // `level` and `format` of the `log` section

void init(const Config& config);  // may be called again (reload); any thread may log

struct Value {
  std::string text;
  bool quoted = true;
  Value(std::string_view t) : text(t) {}
  Value(const std::string& t) : text(t) {}
  Value(const char* t) : text(t) {}
  Value(bool b) : text(b ? "true" : "false"), quoted(false) {}
  template <class Number>
    requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>)
  Value(Number n) : text(std::to_string(n)), quoted(false) {}
};
struct Field {
  std::string_view name;
  Value value;
};
using Fields = std::initializer_list<Field>;

bool enabled(Level level);
void write(Level level, std::string_view event, Fields fields = {});
inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }

}  // namespace gatehouse::log
