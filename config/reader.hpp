// A cursor over one object of a document. It knows its own path, checks types and bounds, and notices unknown keys;
// what is wrong goes into Problems and the field keeps its default. It never throws.
//
// A component reads its own Config, defaults standing in the fields:
//
//   struct Config {
//     std::chrono::milliseconds idle{60s};
//     static Config read(Reader r) { Config c; r.optional("idle", c.idle, 1s, 1h); return c; }
//   };
//
// A problem shows a value as it is written, `${NAME}` unexpanded, and a Secret never.
//
// Every key must be asked for once. When the last copy of a Reader for an object is destroyed, the keys that nobody
// asked for are reported as "unknown key" (with "did you mean `idle`?" when one is close).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/problem.hpp"
#include "config/secret.hpp"
#include "config/units.hpp"

namespace gatehouse::config {

using Json = nlohmann::ordered_json;

// What a Reader needs to know beside the value: shared by all readers of one document.
struct Scope {
  Problems& problems;
  std::filesystem::path directory;  // relative paths in the document are relative to it
  bool expand_environment = true;   // ${NAME} in strings; off for tenant documents
};

// One name of an enumeration. Read with r.choice("mode", mode, kModes).
template <class E>
struct Choice {
  std::string_view name;
  E value;
};

// A value inside a problem's text, after "got": "17", "`word`", "a list", "nothing".
std::string describe(const Json& value);

class Reader {
 public:
  // `value` must outlive the reader. A value that is null reads as an empty object; another type is a problem.
  Reader(const Json& value, std::string path, std::shared_ptr<Scope> scope);

  const std::string& path() const;
  std::string path(std::string_view key) const;  // "listeners[1]" + "tls" = "listeners[1].tls"
  Scope& scope() const;

  bool has(std::string_view key) const;  // does not count as asking for it

  // Each returns true when the key was there and good. Out of bounds, wrong type: a problem, the field unchanged.
  // ${NAME} is expanded in all of them, also where the result is a number or true. "" says "not set" for a path, Secret
  // and HostPort: no problem, the field unchanged, and required() misses it.
  bool optional(std::string_view key, bool& field);
  bool optional(std::string_view key, std::string& field);                   // ${NAME} expanded; not empty
  bool optional(std::string_view key, std::string& field, std::size_t max);  // may be empty, at most max bytes
  bool optional(std::string_view key, std::filesystem::path& field);         // made absolute with the scope's directory
  bool optional(std::string_view key,
                Secret& field);  // plain, ${NAME} or file:/path (content without its last newline)
  bool optional(std::string_view key, Share& field);
  bool optional(std::string_view key, HostPort& field);
  bool optional(std::string_view key, Network& field);
  bool optional(std::string_view key, std::chrono::sys_seconds& field);
  bool optional(std::string_view key, Bytes& field, Bytes min = {}, Bytes max = {std::uint64_t(-1)});
  bool optional(std::string_view key,
                std::vector<std::string>& field);  // none empty; a single string reads as a list of one
  bool optional(std::string_view key, std::vector<Network>& field);  // likewise
  template <class Rep, class Period>
  bool optional(std::string_view key, std::chrono::duration<Rep, Period>& field, Duration min = {},
                Duration max = Duration::max()) {
    Duration read{};
    if (!read_duration(key, read, min, max)) return false;
    using Field = std::chrono::duration<Rep, Period>;
    const Field cast = std::chrono::duration_cast<Field>(read);
    if constexpr (std::is_integral_v<Rep>) {
      if (cast != read) return unexpected(key, "a multiple of " + to_string(std::chrono::ceil<Duration>(Field{1})));
    }
    field = cast;
    return true;
  }
  template <class Int>
    requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
  bool optional(std::string_view key, Int& field, std::int64_t min, std::int64_t max) {
    std::int64_t read = 0;
    if (!read_integer(key, read, min, max)) return false;
    field = static_cast<Int>(read);
    return true;
  }
  bool optional(std::string_view key, double& field, double min, double max);
  template <class E, std::size_t N>
  bool choice(std::string_view key, E& field, const Choice<E> (&choices)[N]) {
    std::string word;
    if (!read_word(key, word)) return false;
    std::string names;
    for (const auto& c : choices) {
      if (c.name == word) return field = c.value, true;
      names += (names.empty() ? "" : " | ") + std::string(c.name);
    }
    return unexpected(key, names);
  }

  // Like optional, and a key that is missing is a problem: "hosts: is required".
  template <class T, class... Bounds>
  bool required(std::string_view key, T& field, Bounds&&... bounds) {
    const bool missing = !has(key) || (!std::is_same_v<T, std::string> && is_empty_text(key));
    if (missing) return report_missing(key);
    return optional(key, field, std::forward<Bounds>(bounds)...);
  }

  // An object below. A missing key gives a reader of an empty object, so that defaults come out.
  Reader child(std::string_view key);
  // Each element of a list, which may be missing: body(value, path). A value that is no list is a problem.
  void each(std::string_view key, const std::function<void(const Json& value, const std::string& path)>& body);
  // Each entry of an object, in the order written: body(key, value, path). All its keys count as asked for.
  void entries(std::string_view key,
               const std::function<void(const std::string& name, const Json& value, const std::string& path)>& body);
  // The value as it stands, ${NAME} unexpanded; nullptr when missing. Counts as asking.
  const Json* raw(std::string_view key);
  // A reader for a value found by each(), entries() or raw().
  Reader at(const Json& value, std::string path) const;

  // A key of the contract that this build does not act on: a problem when it is there, never silence.
  void not_in_this_build(std::string_view key);

  void problem(std::string_view key, std::string text) const;  // at key; "" is the object itself
  void warning(std::string_view key, std::string text) const;

 private:
  struct State;
  bool read_duration(std::string_view key, Duration& field, Duration min, Duration max);
  bool read_integer(std::string_view key, std::int64_t& field, std::int64_t min, std::int64_t max);
  bool read_word(std::string_view key, std::string& word);
  bool is_empty_text(std::string_view key) const;
  bool report_missing(std::string_view key);                                 // false
  bool unexpected(std::string_view key, const std::string& expected) const;  // a problem; false
  const Json* find(std::string_view key);

  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::config
