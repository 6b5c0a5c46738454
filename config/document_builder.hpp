// Builds one Json value from the events of a YAML or JSON parser and keeps the bounds of file.hpp. Private to this
// folder.
//
// Duplicate keys and keys that are no strings are noted and parsing goes on, so that the operator sees all of them;
// beyond a bound nothing can be trusted any more and Refused is thrown.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/reader.hpp"

namespace gatehouse::config {

// A place in the text; both count from 1, 0 is an unknown one.
struct Place {
  int line = 0;
  int column = 0;
};

struct Refused {
  Place place;
  std::string text;
};

class DocumentBuilder {
 public:
  using Anchor = std::size_t;
  static constexpr Anchor kNoAnchor = 0;

  // Is the next event a key (or the end) of the open object?
  bool wants_key() const { return !open_.empty() && open_.back().wants_key; }

  void key(const Json& name, Place place, Anchor anchor = kNoAnchor);
  void scalar(Json value, Place place, Anchor anchor = kNoAnchor);
  void begin(Json::value_t kind, Place place, Anchor anchor = kNoAnchor);  // object or array
  void end();
  void alias(Anchor anchor, Place place);  // stands for a value or for a key

  Json take() { return std::move(root_); }
  const std::vector<Refused>& noted() const { return noted_; }

 private:
  struct Open {
    Json* node;
    Place place;
    Anchor anchor;
    std::size_t first_node;
    int height = 1;                           // levels below and with this one
    bool wants_key;                           // always false in an array
    std::unordered_set<std::string> names{};  // only of large objects
  };
  struct Anchored {
    Json value;
    std::size_t nodes;
    int height;
  };

  Json& add(Json value);
  void closed(int height);
  void spend(std::size_t nodes, Place place);
  bool is_duplicate(Open& object, const std::string& name);

  Json root_;
  std::vector<Open> open_;
  std::vector<Refused> noted_;
  std::unordered_map<Anchor, Anchored> anchored_;
  std::size_t nodes_ = 0;
};

}  // namespace gatehouse::config
