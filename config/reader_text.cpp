// Reader's fields of text: words, paths, secrets, lists.
#include "config/reader_text.hpp"

#include <utility>

#include "config/file.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view kFilePrefix = "file:";
constexpr std::size_t kMaxSecret = std::size_t{1} << 20;

std::optional<std::string> nonempty_text_of(const Json& value, const std::string& path, Scope& scope) {
  auto text = text_of(value, path, scope);
  if (text && text->empty()) scope.problems.error(path, "must not be empty"), text.reset();
  return text;
}

// A list of values, or one of them alone.
template <class T, class One>
bool read_list(const Json& value, const std::string& path, Scope& scope, std::vector<T>& field, const One& one) {
  std::vector<T> read;
  bool good = true;
  const auto take = [&](const Json& element, const std::string& at) {
    auto result = one(element, at);
    good = good && result;
    if (result) read.push_back(*std::move(result));
  };
  if (value.is_string()) {
    take(value, path);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) take(value[i], path + "[" + std::to_string(i) + "]");
  } else {
    scope.problems.error(path, "expected a list, got " + describe(value));
    return false;
  }
  if (good) field = std::move(read);
  return good;
}

std::optional<Secret> secret_from_file(const std::filesystem::path& file, const std::string& path, Scope& scope) {
  Problems problems;
  auto text = read_text(file, problems, kMaxSecret);
  if (!text) {
    scope.problems.error(path, "cannot be read: " + problems.list().front().text + " (" + file.string() + ")");
    return std::nullopt;
  }
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->empty()) {
    scope.problems.error(path, "secret file is empty (" + file.string() + ")");
    return std::nullopt;
  }
  return Secret(*std::move(text));
}

}  // namespace

bool refers_to_environment(const Json& value, const Scope& scope) {
  return scope.expand_environment && value.is_string() &&
         value.get_ref<const std::string&>().find("${") != std::string::npos;
}

std::optional<std::string> text_of(const Json& value, const std::string& path, Scope& scope) {
  if (refers_to_environment(value, scope))
    return expand_environment(value.get_ref<const std::string&>(), path, scope.problems);
  if (value.is_string()) return value.get_ref<const std::string&>();
  const bool scalar = value.is_number() || value.is_boolean();
  scope.problems.error(path, "expected text, got " + describe(value) + (scalar ? " (put it in quotes)" : ""));
  return std::nullopt;
}

bool Reader::optional(std::string_view key, std::string& field) {
  const Json* value = find(key);
  if (!value) return false;
  auto text = nonempty_text_of(*value, path(key), scope());
  if (!text) return false;
  field = *std::move(text);
  return true;
}

bool Reader::optional(std::string_view key, std::string& field, std::size_t max) {
  const Json* value = find(key);
  if (!value) return false;
  auto text = text_of(*value, path(key), scope());
  if (!text) return false;
  if (text->size() > max) {
    problem(key, "expected at most " + std::to_string(max) + " bytes, got " + std::to_string(text->size()));
    return false;
  }
  field = *std::move(text);
  return true;
}

bool Reader::optional(std::string_view key, std::filesystem::path& field) {
  const Json* value = find(key);
  if (!value || is_empty_text(key)) return false;
  const auto text = nonempty_text_of(*value, path(key), scope());
  if (!text) return false;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(scope().directory / *text, error);
  if (error) return problem(key, "cannot be made absolute: " + error.message()), false;
  field = absolute.lexically_normal();
  return true;
}

bool Reader::optional(std::string_view key, Secret& field) {
  const Json* value = find(key);
  if (!value || is_empty_text(key)) return false;
  const std::string at = path(key);
  if (!value->is_string()) {
    // not what was got: it may be the secret
    const bool scalar = value->is_number() || value->is_boolean();
    return problem(key, scalar ? "expected text (put it in quotes)" : "expected text, got " + describe(*value)), false;
  }
  const auto& written = value->get_ref<const std::string&>();
  // as written: what a variable holds is never a file's name
  const bool in_file = written.starts_with(kFilePrefix);
  auto text = text_of(in_file ? Json(written.substr(kFilePrefix.size())) : *value, at, scope());
  if (!text) return false;
  auto secret = in_file ? secret_from_file(scope().directory / *text, at, scope()) : Secret(*std::move(text));
  if (!secret) return false;
  field = *std::move(secret);
  return true;
}

bool Reader::optional(std::string_view key, std::vector<std::string>& field) {
  const Json* value = find(key);
  if (!value) return false;
  return read_list(*value, path(key), scope(), field,
                   [&](const Json& element, const std::string& at) { return nonempty_text_of(element, at, scope()); });
}

bool Reader::optional(std::string_view key, std::vector<Network>& field) {
  const Json* value = find(key);
  if (!value) return false;
  return read_list(*value, path(key), scope(), field, [&](const Json& element, const std::string& at) {
    return parsed<Network>(element, at, scope(), Network::parse, kNetworkForm);
  });
}

bool Reader::read_word(std::string_view key, std::string& word) {
  const Json* value = find(key);
  if (!value) return false;
  auto text = text_of(*value, path(key), scope());
  if (!text) return false;
  word = *std::move(text);
  return true;
}

}  // namespace gatehouse::config
