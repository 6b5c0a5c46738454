#include "config/reader.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::config {
namespace {

constexpr std::size_t kLikelyTypo = 2;

// How many letters to insert, delete, replace or swap with the next to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string suggestion(const std::string& unknown, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t least = kLikelyTypo + 1;
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(candidate.size(), unknown.size());
    const std::size_t shorter = std::min(candidate.size(), unknown.size());
    if (longer - shorter > kLikelyTypo) continue;
    const std::size_t distance = edit_distance(unknown, candidate);
    // two letters that become two others are another word
    if (distance < least && distance < shorter) best = &candidate, least = distance;
  }
  return best ? ", did you mean " + in_backticks(*best) + "?" : "";
}

const Json kNothing = Json::object();

}  // namespace

std::string describe(const Json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_string()) return in_backticks(value.get_ref<const std::string&>());
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  return value.dump();
}

struct Reader::State {
  using Entries = Json::object_t::Container;  // in the order written

  const Entries* object;  // nullptr: malformed, which is reported already
  std::string path;
  std::shared_ptr<Scope> scope;
  std::vector<bool> asked;         // by the position in object
  std::vector<std::string> known;  // every key that was asked for, there or not

  State(const Json& value, std::string at, std::shared_ptr<Scope> in) : path(std::move(at)), scope(std::move(in)) {
    const Json& shown = value.is_null() ? kNothing : value;
    object = shown.get_ptr<const Json::object_t*>();
    if (!object) scope->problems.error(path, "expected an object, got " + describe(value));
    asked.resize(object ? object->size() : 0);
  }
  State(const State&) = delete;

  ~State() {
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (asked[i]) continue;
      const std::string& name = (*object)[i].first;
      scope->problems.error(path, "unknown key " + in_backticks(name) + suggestion(name, known));
    }
  }

  // The position of a key; asked.size() when it is missing.
  std::size_t position(std::string_view key) const {
    std::size_t i = 0;
    while (i < asked.size() && (*object)[i].first != key) ++i;
    return i;
  }

  const Json* look(std::string_view key) const {
    const std::size_t i = position(key);
    return i < asked.size() ? &(*object)[i].second : nullptr;
  }
};

Reader::Reader(const Json& value, std::string path, std::shared_ptr<Scope> scope)
    : state_(std::make_shared<State>(value, std::move(path), std::move(scope))) {}

const std::string& Reader::path() const { return state_->path; }

std::string Reader::path(std::string_view key) const {
  if (state_->path.empty() || key.empty()) return state_->path + std::string(key);
  // "tenants.yaml: " is a prefix as it stands
  std::string result = state_->path;
  if (!result.ends_with(' ')) result += '.';
  return result.append(key);
}

Scope& Reader::scope() const { return *state_->scope; }

bool Reader::has(std::string_view key) const { return state_->look(key) != nullptr; }

Reader Reader::child(std::string_view key) {
  const Json* value = find(key);
  return Reader(value ? *value : kNothing, path(key), state_->scope);
}

void Reader::each(std::string_view key, const std::function<void(const Json&, const std::string&)>& body) {
  const Json* list = find(key);
  if (!list || list->is_null()) return;
  if (!list->is_array()) {
    unexpected(key, "a list");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) body((*list)[i], path(key) + "[" + std::to_string(i) + "]");
}

void Reader::entries(std::string_view key,
                     const std::function<void(const std::string&, const Json&, const std::string&)>& body) {
  const Json* value = find(key);
  if (!value || value->is_null()) return;
  if (!value->is_object()) {
    unexpected(key, "an object");
    return;
  }
  const std::string base = path(key) + ".";
  for (const auto& [name, entry] : value->get_ref<const Json::object_t&>()) body(name, entry, base + name);
}

const Json* Reader::raw(std::string_view key) { return find(key); }

Reader Reader::at(const Json& value, std::string path) const { return Reader(value, std::move(path), state_->scope); }

void Reader::not_in_this_build(std::string_view key) {
  if (find(key)) problem(key, "not in this build");
}

void Reader::problem(std::string_view key, std::string text) const {
  state_->scope->problems.error(path(key), std::move(text));
}

void Reader::warning(std::string_view key, std::string text) const {
  state_->scope->problems.warning(path(key), std::move(text));
}

bool Reader::is_empty_text(std::string_view key) const {
  const Json* value = state_->look(key);
  return value && value->is_string() && value->get_ref<const std::string&>().empty();
}

bool Reader::report_missing(std::string_view key) {
  find(key);
  if (state_->object) problem(key, "is required");
  return false;
}

bool Reader::unexpected(std::string_view key, const std::string& expected) const {
  const Json* value = state_->look(key);
  problem(key, "expected " + expected + ", got " + describe(value ? *value : Json()));
  return false;
}

const Json* Reader::find(std::string_view key) {
  state_->known.emplace_back(key);
  const std::size_t i = state_->position(key);
  if (i == state_->asked.size()) return nullptr;
  state_->asked[i] = true;
  return &(*state_->object)[i].second;
}

}  // namespace gatehouse::config
