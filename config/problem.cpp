#include "config/problem.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace gatehouse::config {
namespace {

constexpr std::size_t kLongestWord = 80;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

std::string printable(std::string text) {
  if (std::none_of(text.begin(), text.end(), is_control)) return text;
  std::string escaped;
  for (const char c : text) {
    if (!is_control(c)) {
      escaped += c;
      continue;
    }
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned char>(c));
    escaped += c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : code;
  }
  return escaped;
}

}  // namespace

std::string to_string(const Problem& problem) {
  return problem.path.empty() ? problem.text : problem.path + ": " + problem.text;
}

std::string in_backticks(std::string_view word) {
  std::size_t end = std::min(word.size(), kLongestWord);
  const bool cut = end < word.size();
  // never in the middle of a UTF-8 sequence
  while (cut && end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80) --end;
  return "`" + printable(std::string(word.substr(0, end))) + (cut ? "…`" : "`");
}

void Problems::error(std::string path, std::string text) {
  list_.push_back({printable(std::move(path)), printable(std::move(text)), Problem::Severity::error});
  ++errors_;
}

void Problems::warning(std::string path, std::string text) {
  list_.push_back({printable(std::move(path)), printable(std::move(text)), Problem::Severity::warning});
}

void Problems::append(const Problems& other, const std::string& path_prefix) {
  const std::string alone = path_prefix.substr(0, path_prefix.find_last_not_of(": .") + 1);
  list_.reserve(list_.size() + other.list_.size());
  for (std::size_t i = 0, size = other.list_.size(); i < size; ++i) {
    Problem problem = other.list_[i];
    problem.path = problem.path.empty() ? alone : path_prefix + problem.path;
    list_.push_back(std::move(problem));
  }
  errors_ += other.errors_;
}

}  // namespace gatehouse::config
