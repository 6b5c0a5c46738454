// A password or key from the configuration: prints as ***, whatever prints it.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace gatehouse::config {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  // The only way to the value; say it where it is used, never store the result.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

 private:
  std::string value_;
};

}  // namespace gatehouse::config
