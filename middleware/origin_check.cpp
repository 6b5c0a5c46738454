#include "middleware/origin_check.hpp"

#include <algorithm>

#include "proxy/http/host.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::middleware {
namespace {

constexpr std::string_view kScheme = "://";
constexpr std::string_view kWildcard = "*.";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool names_session(std::string_view cookies) {
  for (std::size_t start = 0; start < cookies.size();) {
    const std::size_t end = std::min(cookies.find(';', start), cookies.size());
    const std::string_view pair = cookies.substr(start, end - start);
    if (const std::size_t equals = pair.find('=');
        equals != pair.npos && trimmed(pair.substr(0, equals)) == "session_id")
      return true;
    start = end + 1;
  }
  return false;
}

bool has_session(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Fields::Entry& entry) {
    return entry.id == Field::cookie && names_session(entry.value);
  });
}

// `name` may be a wildcard, which stands for exactly one label.
bool covers(std::string_view name, std::string_view host) {
  if (!name.starts_with(kWildcard)) return name == host;
  const std::size_t dot = host.find('.');
  return dot != 0 && dot != host.npos && host.substr(dot) == name.substr(1);
}

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  return scheme == "http" ? 80 : 0;
}

// As browsers write it: in lower case (RFC 3986 §3.1).
bool is_scheme(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == text.npos;
}

// What a browser sends: scheme://host[:port], the default port left out. nullopt: "null", or no origin at all.
struct Origin {
  std::string_view scheme;
  http::Authority authority;  // its host lies in `into`
  static std::optional<Origin> parse(std::string_view text, char (&into)[256]) {
    const std::size_t colon = text.find(kScheme);
    if (colon == text.npos || !is_scheme(text.substr(0, colon))) return std::nullopt;
    Origin origin{text.substr(0, colon), {}};
    const auto authority = http::parse_authority(text.substr(colon + kScheme.size()), into);
    if (!authority) return std::nullopt;
    origin.authority = *authority;
    if (origin.authority.port == 0) origin.authority.port = default_port(origin.scheme);
    return origin;
  }
};

bool matches(const OriginCheck::Allowed& allowed, const Origin& origin) {
  return covers(allowed.host, origin.authority.host) && (allowed.scheme.empty() || allowed.scheme == origin.scheme) &&
         (allowed.port == 0 || allowed.port == origin.authority.port);
}

// "host", "host:port", "[address]:port": the port comes off, the rest is left to who knows host names.
std::optional<std::uint16_t> take_port(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || text.ends_with(']')) return 0;
  const auto address = config::parse_host_port(text);
  if (!address || address->port == 0) return std::nullopt;
  text = text.substr(0, colon);
  return address->port;
}

}  // namespace

std::optional<OriginCheck::Allowed> OriginCheck::Allowed::parse(std::string_view text) {
  Allowed allowed;
  if (const std::size_t colon = text.find(kScheme); colon != text.npos) {
    allowed.scheme = text.substr(0, colon);
    if (!is_scheme(allowed.scheme)) return std::nullopt;
    text.remove_prefix(colon + kScheme.size());
  }
  const bool wildcard = text.starts_with(kWildcard);
  if (wildcard) text.remove_prefix(kWildcard.size());
  const auto port = take_port(text);
  const auto host = http::normalise_host(text);
  if (!port || !host) return std::nullopt;
  allowed.port = *port;
  allowed.host = wildcard ? std::string(kWildcard) + *host : *host;
  return allowed;
}

OriginCheck::Config OriginCheck::Config::read(config::Reader r) {
  Config config;
  std::vector<std::string> words;
  r.optional("allow", words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (const auto allowed = Allowed::parse(words[i])) config.allow.push_back(*allowed);
    else
      r.problem("allow[" + std::to_string(i) + "]",
                "expected an origin or a host, got " + config::in_backticks(words[i]));
  }
  return config;
}

Reply OriginCheck::handle(Exchange& ex) {
  if (!ex.request.websocket) return next_->handle(ex);
  const Fields& fields = ex.request.fields;
  const bool foreign = std::any_of(fields.begin(), fields.end(), [&](const Fields::Entry& entry) {
    return entry.id == Field::origin && is_foreign(entry.value, ex);
  });
  if (foreign && has_session(fields)) return refuse(Errc::origin_denied, kName);
  return next_->handle(ex);
}

bool OriginCheck::is_foreign(std::string_view text, const Exchange& ex) const {
  char into[256];
  const auto origin = Origin::parse(text, into);
  if (!origin) return true;
  const std::string_view host = origin->authority.host;
  if (host == ex.request.host) return false;
  const auto is_ours = [&](const routing::HostSpec& spec) { return covers(spec.name, host); };
  if (ex.tenant && std::any_of(ex.tenant->hosts.begin(), ex.tenant->hosts.end(), is_ours)) return false;
  return std::none_of(config_.allow.begin(), config_.allow.end(),
                      [&](const Allowed& allowed) { return matches(allowed, *origin); });
}

}  // namespace gatehouse::middleware
