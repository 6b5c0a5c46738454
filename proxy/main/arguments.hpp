// The words after a command: options with values, flags, and the rest.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse {

// What the shell sees.
enum class ExitCode : int { done = 0, wrong_input = 1, usage = 2, unreachable = 3, conflict = 4 };

class Arguments {
 public:
  // `options` take a value ("--config FILE" or "--config=FILE"), `flags` do not. Anything else that starts with "--"
  // ends up in unknown().
  Arguments(std::vector<std::string> words, std::set<std::string_view> options, std::set<std::string_view> flags = {});

  std::optional<std::string> value(std::string_view option) const;
  bool flag(std::string_view name) const { return flags_.contains(std::string(name)); }
  const std::vector<std::string>& rest() const { return rest_; }
  const std::string& unknown() const { return unknown_; }  // empty: nothing was

 private:
  std::vector<std::pair<std::string, std::string>> values_;
  std::set<std::string> flags_;
  std::vector<std::string> rest_;
  std::string unknown_;
};

}  // namespace gatehouse
