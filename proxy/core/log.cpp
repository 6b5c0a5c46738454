#include "proxy/core/log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "proxy/core/log_text.hpp"

namespace gatehouse::log {
namespace {

constexpr config::Choice<Level> kLevels[] = {
    {"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn}, {"error", Level::error}};
constexpr config::Choice<Format> kFormats[] = {{"json", Format::json}, {"text", Format::text}};

std::atomic<Format> format_in_force{Format::json};

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr std::array kSame{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  return kSame[static_cast<std::size_t>(level)];
}

// Lines come to it complete: a reload may change the format while another thread logs, never within a line.
spdlog::logger& logger() {
  static spdlog::logger& the_one = []() -> spdlog::logger& {
    // Never destroyed: threads and other statics may log until the very end.
    auto* const made = new spdlog::logger("gatehouse", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(to_spdlog(Config{}.level));
    return *made;
  }();
  return the_one;
}

// A bare number or word that JSON knows; "nan" and "inf" are none.
bool is_bare(const Value& value) { return !value.quoted && value.text.find_first_of("ni") == std::string::npos; }

bool is_plain(std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '='; };
  return !text.empty() && std::all_of(text.begin(), text.end(), plain);
}

void append_json(std::string& line, Level level, std::string_view event, Fields fields) {
  ((line += "\",\"level\":\"") += kLevels[static_cast<std::size_t>(level)].name) += "\",\"event\":";
  append_json_string(line, event);
  for (const Field& field : fields) {
    append_json_string(line += ',', field.name);
    line += ':';
    if (is_bare(field.value)) line += field.value.text;
    else append_json_string(line, field.value.text);
  }
  line += '}';
}

// For people: 2026-01-31T23:59:59.123Z warn tenants file kept its old state path=/etc/tenants.yaml
void append_text(std::string& line, Level level, std::string_view event, Fields fields) {
  ((line += ' ') += kLevels[static_cast<std::size_t>(level)].name) += ' ';
  std::string quoted;
  append_json_string(quoted, event);
  line += quoted.size() == event.size() + 2 ? event : std::string_view(quoted);
  for (const Field& field : fields) {
    ((line += ' ') += field.name) += '=';
    if (is_plain(field.value.text)) line += field.value.text;
    else append_json_string(line, field.value.text);
  }
}

}  // namespace

Config read_config(config::Reader& r) {
  Config c;
  r.choice("level", c.level, kLevels);
  r.choice("format", c.format, kFormats);
  return c;
}

void init(const Config& config) {
  format_in_force = config.format;
  logger().set_level(to_spdlog(config.level));
}

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  const bool json = format_in_force.load(std::memory_order_relaxed) == Format::json;
  std::string line = json ? "{\"time\":\"" : "";
  append_time(line, std::chrono::system_clock::now());
  if (json) append_json(line, level, event, fields);
  else append_text(line, level, event, fields);
  logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace gatehouse::log
