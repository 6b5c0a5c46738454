#include "routing/document_split.hpp"

#include <algorithm>

namespace gatehouse::routing {
namespace {

bool is_blank(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \r");
  return first == line.npos || line[first] == '#';
}

bool is_item(std::string_view rest) { return rest.starts_with("- ") || rest == "-" || rest == "-\r"; }

// What follows a key is nothing but a comment.
bool is_key_alone(std::string_view line, std::string_view key) {
  return line.starts_with(key) && is_blank(line.substr(key.size())) &&
         (line.size() == key.size() || line[key.size()] == ' ' || line[key.size()] == '\r');
}

bool is_schema(std::string_view line) {
  constexpr std::string_view kSchema = "schema: 1";
  return line.starts_with(kSchema) && is_key_alone(line, kSchema);
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string_view>> split() {
    if (text_.find('\t') != text_.npos) return std::nullopt;
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size() - 1) + 1;
      std::string_view line = text_.substr(at, end - at);
      if (line.ends_with('\n')) line.remove_suffix(1);
      if (!is_blank(line) && !take(line, at)) return std::nullopt;
      at = end;
    }
    end_list(text_.size());
    if (!seen_tenants_) return std::nullopt;
    return std::move(items_);
  }

 private:
  // False: not the shape that can be cut.
  bool take(std::string_view line, std::size_t at) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (in_list_) {
      if (indent == indent_.value_or(indent) && is_item(line.substr(indent))) return begin_item(indent, at);
      if (indent > indent_.value_or(indent)) return true;
      end_list(at);
    }
    if (indent != 0) return false;
    if (is_key_alone(line, "tenants:")) return begin_list();
    return is_schema(line);
  }

  bool begin_list() {
    in_list_ = !seen_tenants_;
    seen_tenants_ = true;
    return in_list_;
  }

  bool begin_item(std::size_t indent, std::size_t at) {
    end_item(at);
    indent_ = indent;
    item_ = at;
    return true;
  }

  void end_item(std::size_t at) {
    if (item_) items_.push_back(text_.substr(*item_, at - *item_));
    item_.reset();
  }

  void end_list(std::size_t at) {
    end_item(at);
    in_list_ = false;
  }

  std::string_view text_;
  std::vector<std::string_view> items_;
  bool seen_tenants_ = false;
  bool in_list_ = false;
  std::optional<std::size_t> indent_;  // of the items
  std::optional<std::size_t> item_;    // where the open one began
};

}  // namespace

std::optional<std::vector<std::string_view>> split_tenants(std::string_view text) { return Splitter(text).split(); }

}  // namespace gatehouse::routing
