#include "proxy/http/connection_options.hpp"

#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

bool is_protected(std::string_view name) {
  constexpr std::string_view kForwarded = "X-Forwarded-";
  return iequals(name, "Host") || iequals(name, "Content-Length") || iequals(name, "Cookie") ||
         iequals(name, "Authorization") || iequals(name.substr(0, kForwarded.size()), kForwarded);
}

}  // namespace

void ConnectionOptions::add(std::string_view value) {
  malformed_ |= !each_element(value, [this](std::string_view option) {
    if (iequals(option, "keep-alive")) return keep_alive_ = true;
    if (iequals(option, "close")) return close_ = true;
    if (iequals(option, "upgrade")) return upgrade_ = true;
    if (option.empty()) return true;  // RFC 9110 §5.6.1.2
    if (!is_token(option) || count_ == kMaxNominated) return false;
    nominated_[count_++] = option;
    return true;
  });
}

bool ConnectionOptions::nominates_protected() const {
  for (std::size_t i = 0; i < count_; ++i)
    if (is_protected(nominated_[i])) return true;
  return false;
}

void ConnectionOptions::erase_nominated(Fields& fields) const {
  for (std::size_t i = 0; i < count_; ++i) fields.erase(nominated_[i]);
}

bool is_hop_by_hop(const Fields::Entry& field) {
  switch (field.id) {
    case Field::connection:
    case Field::content_length:
    case Field::http2_settings:
    case Field::keep_alive:
    case Field::proxy_authenticate:
    case Field::proxy_authentication_info:
    case Field::proxy_authorization:
    case Field::proxy_connection:
    case Field::proxy_features:
    case Field::proxy_instruction:
    case Field::te:
    case Field::trailer:
    case Field::transfer_encoding:
    case Field::upgrade:
      return true;
    case Field::unknown:
      // It becomes HTTP_PROXY in a CGI-like environment, which HTTP clients there obey.
      return iequals(field.name, "Proxy");
    default:
      return false;
  }
}

}  // namespace gatehouse::http
