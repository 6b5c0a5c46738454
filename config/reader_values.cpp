// Reader's fields with a number or a unit.
#include <cstdio>
#include <limits>
#include <utility>

#include "config/core_schema.hpp"
#include "config/reader_text.hpp"

namespace gatehouse::config {
namespace {

constexpr const char* kDuration = "a time with its unit (250ms, 10s, 5m, 1h)";

// A number or bool; text that refers to the environment becomes what it would be as a plain scalar.
std::optional<Json> scalar_of(const Json& value, const std::string& path, Scope& scope) {
  if (!refers_to_environment(value, scope)) return value;
  const auto text = text_of(value, path, scope);
  if (!text) return std::nullopt;
  return plain_scalar(*text);
}

std::string words(std::int64_t number) { return std::to_string(number); }
std::string words(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}
std::string words(Bytes bytes) { return to_string(bytes); }
std::string words(Duration duration) { return to_string(duration); }

template <class T>
std::string range(T min, T max, T highest) {
  if (max >= highest) return "at least " + words(min);
  return words(min) + ".." + words(max);
}

}  // namespace

bool Reader::optional(std::string_view key, bool& field) {
  const Json* value = find(key);
  if (!value) return false;
  const auto read = scalar_of(*value, path(key), scope());
  if (!read) return false;
  if (!read->is_boolean()) return unexpected(key, "true or false");
  field = read->get<bool>();
  return true;
}

bool Reader::optional(std::string_view key, Share& field) {
  const Json* value = find(key);
  if (!value) return false;
  if (value->is_number()) {
    const auto number = value->get<double>();
    if (!(number >= 0 && number <= 1)) return unexpected(key, "a share (0.2 or 20%)");
    field = Share{number};
    return true;
  }
  const auto share = parsed<Share>(*value, path(key), scope(), parse_share, "a share (0.2 or 20%)");
  if (share) field = *share;
  return share.has_value();
}

bool Reader::optional(std::string_view key, HostPort& field) {
  const Json* value = find(key);
  if (!value || is_empty_text(key)) return false;
  auto read = parsed<HostPort>(*value, path(key), scope(), parse_host_port, "host:port");
  if (read) field = *std::move(read);
  return read.has_value();
}

bool Reader::optional(std::string_view key, Network& field) {
  const Json* value = find(key);
  if (!value) return false;
  const auto read = parsed<Network>(*value, path(key), scope(), Network::parse, kNetworkForm);
  if (read) field = *read;
  return read.has_value();
}

bool Reader::optional(std::string_view key, std::chrono::sys_seconds& field) {
  const Json* value = find(key);
  if (!value) return false;
  const auto read =
      parsed<std::chrono::sys_seconds>(*value, path(key), scope(), parse_time, "a time (2026-12-01T04:00:00Z)");
  if (read) field = *read;
  return read.has_value();
}

bool Reader::optional(std::string_view key, Bytes& field, Bytes min, Bytes max) {
  const Json* value = find(key);
  if (!value) return false;
  std::optional<Bytes> read;
  if (value->is_number_unsigned()) read = Bytes{value->get<std::uint64_t>()};
  else read = parsed<Bytes>(*value, path(key), scope(), parse_bytes, "a size (512, 64KiB, 128MiB)");
  if (!read) return false;
  if (*read < min || *read > max)
    return unexpected(key, range(min, max, Bytes{std::numeric_limits<std::uint64_t>::max()}));
  field = *read;
  return true;
}

bool Reader::optional(std::string_view key, double& field, double min, double max) {
  const Json* value = find(key);
  if (!value) return false;
  const auto read = scalar_of(*value, path(key), scope());
  if (!read) return false;
  if (!read->is_number()) return unexpected(key, "a number");
  const auto number = read->get<double>();
  if (!(number >= min && number <= max)) return unexpected(key, range(min, max, std::numeric_limits<double>::max()));
  field = number;
  return true;
}

bool Reader::read_duration(std::string_view key, Duration& field, Duration min, Duration max) {
  const Json* value = find(key);
  if (!value) return false;
  const bool zero = value->is_number_integer() && *value == 0;
  const auto read = zero ? Duration{} : parsed<Duration>(*value, path(key), scope(), parse_duration, kDuration);
  if (!read) return false;
  if (*read < min || *read > max) return unexpected(key, range(min, max, kMaxDuration));
  field = *read;
  return true;
}

bool Reader::read_integer(std::string_view key, std::int64_t& field, std::int64_t min, std::int64_t max) {
  const Json* value = find(key);
  if (!value) return false;
  const auto read = scalar_of(*value, path(key), scope());
  if (!read) return false;
  if (!read->is_number_integer()) return unexpected(key, "a whole number");
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  const bool beyond = read->is_number_unsigned() && read->get<std::uint64_t>() > std::uint64_t{kHighest};
  const auto number = beyond ? kHighest : read->get<std::int64_t>();
  if (beyond || number < min || number > max) return unexpected(key, range(min, max, kHighest));
  field = number;
  return true;
}

}  // namespace gatehouse::config
