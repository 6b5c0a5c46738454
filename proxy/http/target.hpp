// The request target: one path for routing, policy and the upstream, or a refusal.
#pragma once

#include <memory_resource>
#include <optional>
#include <string_view>

#include "proxy/core/error.hpp"

namespace gatehouse::http {

struct Target {
  std::string_view path;  // decoded and normalised: what policies match; no trailing slash but for "/"
  std::string_view
      forwarded;  // what is sent upstream: the same path, percent-encoded canonically, and the query as it came
  std::string_view authority;  // of an absolute-form target; empty otherwise
};

// origin-form, absolute-form (http, https) and "*" for OPTIONS. "//" collapses, dot segments are resolved, unreserved
// characters are decoded, "%2f" decodes to "/" (Odoo does), a trailing "/" is kept in `forwarded` and not in `path`.
// Refused (bad_target): a fragment, userinfo, control characters encoded or not, "%00", "%5c" and "\", invalid or
// overlong UTF-8 after decoding, bad percent-encoding, dot segments above the root, ";" parameters in a dot segment.
std::optional<Errc> parse_target(std::string_view text, bool options, std::pmr::memory_resource& arena, Target& target);

}  // namespace gatehouse::http
