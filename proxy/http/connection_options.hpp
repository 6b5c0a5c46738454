// What the Connection fields of a message say (RFC 9110 §7.6.1), gathered field by field.
#pragma once

#include <array>
#include <string_view>

#include "proxy/core/fields.hpp"

namespace gatehouse::http {

class ConnectionOptions {
 public:
  static constexpr std::size_t kMaxNominated = 16;  // fields named as belonging to this hop; past it: malformed

  void add(std::string_view value);

  bool malformed() const { return malformed_; }
  bool upgrade() const { return upgrade_; }
  bool keep_alive(int minor_version) const { return !close_ && (minor_version > 0 || keep_alive_); }

  // Does it name a field that must not be made to vanish, so that who comes later sees another message than we do?
  bool nominates_protected() const;
  void erase_nominated(Fields& fields) const;

 private:
  std::array<std::string_view, kMaxNominated> nominated_;
  std::size_t count_ = 0;
  bool malformed_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool upgrade_ = false;
};

// Fields that end at the next hop whatever Connection says, and those that state the framing: never relayed.
bool is_hop_by_hop(const Fields::Entry& field);

}  // namespace gatehouse::http
