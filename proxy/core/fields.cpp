#include "proxy/core/fields.hpp"

#include <algorithm>
#include <cstring>

#include <boost/beast/core/string.hpp>

namespace gatehouse {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Match>
void set_first(std::pmr::vector<Fields::Entry>& entries, const Fields::Entry& entry, Match match) {
  const auto first = std::find_if(entries.begin(), entries.end(), match);
  if (first == entries.end()) {
    entries.push_back(entry);
    return;
  }
  *first = entry;
  entries.erase(std::remove_if(first + 1, entries.end(), match), entries.end());
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) { return boost::beast::iequals(a, b); }

void Fields::add(Field id, std::string_view value) { entries_.push_back({id, to_string(id), value}); }

void Fields::add(std::string_view name, std::string_view value) {
  entries_.push_back({boost::beast::http::string_to_field(name), name, value});
}

void Fields::set(Field id, std::string_view value) {
  set_first(entries_, {id, to_string(id), value}, [id](const Entry& e) { return e.id == id; });
}

void Fields::set(std::string_view name, std::string_view value) {
  set_first(entries_, {boost::beast::http::string_to_field(name), name, value},
            [name](const Entry& e) { return iequals(e.name, name); });
}

void Fields::erase(Field id) {
  std::erase_if(entries_, [id](const Entry& e) { return e.id == id; });
}

void Fields::erase(std::string_view name) {
  std::erase_if(entries_, [name](const Entry& e) { return iequals(e.name, name); });
}

std::string_view Fields::get(Field id) const {
  for (const auto& e : entries_)
    if (e.id == id) return e.value;
  return {};
}

std::string_view Fields::get(std::string_view name) const {
  for (const auto& e : entries_)
    if (iequals(e.name, name)) return e.value;
  return {};
}

bool Fields::has(Field id) const {
  return std::any_of(entries_.begin(), entries_.end(), [id](const Entry& e) { return e.id == id; });
}

std::size_t Fields::count(Field id) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [id](const Entry& e) { return e.id == id; }));
}

bool Fields::has_token(Field id, std::string_view token) const {
  for (const auto& e : entries_) {
    if (e.id != id) continue;
    for (auto rest = e.value; !rest.empty();) {
      const auto comma = rest.find(',');
      if (iequals(trim(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

std::string_view Fields::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(entries_.get_allocator().resource()->allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

}  // namespace gatehouse
