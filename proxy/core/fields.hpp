// The fields of one message, in order, as views. Names and values live in the session's buffer or in the arena of the
// exchange: adding copies nothing unless told to (keep), so whoever adds a literal or a buffer's bytes pays no
// allocation.
#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include <boost/beast/http/field.hpp>

namespace gatehouse {

using Field = boost::beast::http::field;

// ASCII case-insensitive comparison (RFC 9110 §5.1).
bool iequals(std::string_view a, std::string_view b);

class Fields {
 public:
  struct Entry {
    Field id;               // Field::unknown for names that Beast does not list
    std::string_view name;  // as written
    std::string_view value;
  };
  using iterator = std::pmr::vector<Entry>::iterator;
  using const_iterator = std::pmr::vector<Entry>::const_iterator;

  explicit Fields(std::pmr::memory_resource& arena) : entries_(&arena) {}

  void add(Field id, std::string_view value);               // `value` must outlive the message
  void add(std::string_view name, std::string_view value);  // likewise `name`
  void add(const Entry& entry) { entries_.push_back(entry); }
  void set(Field id, std::string_view value);  // one of it, in the first one's place
  void set(std::string_view name, std::string_view value);
  void erase(Field id);
  void erase(std::string_view name);
  template <class Predicate>
  void erase_if(Predicate p) {
    std::erase_if(entries_, p);
  }

  // The first value; empty when there is none. `has` tells an empty value from no field.
  std::string_view get(Field id) const;
  std::string_view get(std::string_view name) const;
  bool has(Field id) const;
  std::size_t count(Field id) const;
  // Is `token` an element of the comma-separated list in any field of this name (RFC 9110 §5.6.1)? Case-insensitive.
  bool has_token(Field id, std::string_view token) const;

  // A copy of the bytes that lives as long as the message.
  std::string_view keep(std::string_view text);

  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  void clear() { entries_.clear(); }
  void reserve(std::size_t n) { entries_.reserve(n); }

 private:
  std::pmr::vector<Entry> entries_;
};

}  // namespace gatehouse
