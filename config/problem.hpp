// What is wrong with a document: where (a path in it), what, and how bad. Problems are collected, never thrown: the
// operator sees all of them at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::config {

struct Problem {
  enum class Severity { error, warning };

  std::string path;  // "listeners[1].tls", "tenants.yaml: tenants[3].hosts[0]"; empty: the whole document
  std::string text;  // lowercase, no full stop: "expected 1..65535, got 70000"
  Severity severity = Severity::error;

  bool operator==(const Problem&) const = default;
};

// "path: text", as printed to the operator.
std::string to_string(const Problem& problem);

// A word of the document inside a problem's text: in backticks, control characters escaped, cut after 80 bytes.
std::string in_backticks(std::string_view word);

// A problem is one line whatever the document holds: control characters in paths and texts are escaped.
class Problems {
 public:
  void error(std::string path, std::string text);
  void warning(std::string path, std::string text);

  bool any_errors() const { return errors_ > 0; }
  bool empty() const { return list_.empty(); }
  const std::vector<Problem>& list() const { return list_; }
  // `path_prefix` stands before each path as it is ("tenants.yaml: "); without its separator where there is no path.
  void append(const Problems& other, const std::string& path_prefix = "");

 private:
  std::vector<Problem> list_;
  std::size_t errors_ = 0;
};

}  // namespace gatehouse::config
