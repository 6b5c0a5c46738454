#include "proxy/http/request_head.hpp"

#include <algorithm>
#include <cstring>

#include "proxy/http/connection_options.hpp"
#include "proxy/http/framing_fields.hpp"
#include "proxy/http/head_lines.hpp"
#include "proxy/http/host.hpp"
#include "proxy/http/target.hpp"
#include "proxy/http/text.hpp"
#include "proxy/http/websocket.hpp"

namespace gatehouse::http {
namespace {

using namespace config;
using namespace std::chrono_literals;

constexpr std::size_t kMaxMethod = 24;
constexpr std::size_t kVersionSize = 8;   // "HTTP/1.1"
constexpr std::size_t kUsualFields = 48;  // room made at once; the rare head with more grows
constexpr std::size_t kUsualFieldSize = 32;

// One head on its way to be a RequestHead. What is no end-to-end field never gets into `head.fields`.
class Parse {
 public:
  Parse(std::string_view bytes, const HeadLimits& limits, std::pmr::memory_resource& arena, RequestHead& head)
      : lines_(bytes), limits_(limits), arena_(arena), head_(head) {
    head_.fields.reserve(std::min(bytes.size() / kUsualFieldSize + 4, kUsualFields));
  }

  std::optional<Errc> run() {
    if (const auto wrong = request_line()) return wrong;
    if (const auto wrong = fields()) return wrong;
    if (connection_.malformed() || connection_.nominates_protected()) return Errc::bad_request;
    connection_.erase_nominated(head_.fields);
    head_.keep_alive = connection_.keep_alive(head_.minor_version);
    if (const auto wrong = framing()) return wrong;
    if (head_.verb == Verb::unknown || head_.verb == Verb::trace || head_.verb == Verb::connect)
      return Errc::method_not_allowed;
    if (const auto wrong = target_and_host()) return wrong;
    if (const auto wrong = expectation()) return wrong;
    return handshake();
  }

 private:
  std::optional<Errc> request_line();
  std::optional<Errc> version(std::string_view text);
  std::optional<Errc> fields();
  std::optional<Errc> field(const Fields::Entry& field, bool underscore);
  std::optional<Errc> framing();
  std::optional<Errc> target_and_host();
  std::optional<Errc> host(std::string_view text);
  std::optional<Errc> expectation();
  std::optional<Errc> handshake();

  HeadLines lines_;
  const HeadLimits& limits_;
  std::pmr::memory_resource& arena_;
  RequestHead& head_;
  std::string_view raw_target_;
  std::optional<std::string_view> host_;
  ConnectionOptions connection_;
  FramingFields framing_;
  bool expects_continue_ = false;
  bool expects_other_ = false;
  bool to_websocket_ = false;
};

std::optional<Errc> Parse::request_line() {
  const auto line = lines_.start_line();
  if (!line || line->size() <= kVersionSize) return Errc::bad_request;
  const auto first = line->find(' ');
  const auto last = line->size() - kVersionSize - 1;
  if (first >= last || (*line)[last] != ' ') return Errc::bad_request;
  head_.method = line->substr(0, first);
  raw_target_ = line->substr(first + 1, last - first - 1);
  if (!is_token(head_.method) || raw_target_.empty() || raw_target_.find(' ') != std::string_view::npos)
    return Errc::bad_request;
  if (const auto wrong = version(line->substr(last + 1))) return wrong;
  if (raw_target_.size() > limits_.target.count) return Errc::target_too_long;
  head_.verb = boost::beast::http::string_to_verb(head_.method);
  return std::nullopt;
}

// A higher minor version is understood as 1.1 (RFC 9110 §2.5).
std::optional<Errc> Parse::version(std::string_view text) {
  if (!text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' || !is_digit(text[7]))
    return Errc::bad_request;
  if (text[5] != '1') return Errc::unsupported_version;
  head_.minor_version = text[7] == '0' ? 0 : 1;
  return std::nullopt;
}

std::optional<Errc> Parse::fields() {
  Fields::Entry entry{};
  bool underscore = false;
  for (unsigned count = 0;; ++count) {
    const auto line = lines_.next(entry, underscore);
    if (line == HeadLines::Line::end) return std::nullopt;
    if (line == HeadLines::Line::malformed) return Errc::bad_request;
    if (count == limits_.fields) return Errc::head_too_large;
    if (const auto wrong = field(entry, underscore)) return wrong;
  }
}

std::optional<Errc> Parse::field(const Fields::Entry& field, bool underscore) {
  switch (field.id) {
    case Field::host:
      if (host_) return Errc::bad_host;
      host_ = field.value;
      return std::nullopt;
    case Field::content_length:
      framing_.content_length(field.value);
      return std::nullopt;
    case Field::transfer_encoding:
      framing_.transfer_encoding(field.value);
      return std::nullopt;
    case Field::connection:
      connection_.add(field.value);
      return std::nullopt;
    case Field::expect:
      (iequals(field.value, "100-continue") ? expects_continue_ : expects_other_) = true;
      return std::nullopt;
    case Field::upgrade:
      each_element(field.value,
                   [this](std::string_view protocol) { return !(to_websocket_ |= iequals(protocol, "websocket")); });
      return std::nullopt;
    default:
      // WSGI and CGI make "_" and "-" the same name: whoever sends one is after another's place.
      if (!underscore && !is_hop_by_hop(field)) head_.fields.add(field);
      return std::nullopt;
  }
}

std::optional<Errc> Parse::framing() {
  using Verdict = FramingFields::Verdict;
  switch (framing_.verdict()) {
    case Verdict::none:
      head_.framing = {};
      return std::nullopt;
    case Verdict::length:
      head_.framing = {Framing::Kind::length, *framing_.length()};
      return std::nullopt;
    case Verdict::chunked:
      if (head_.minor_version == 0) return Errc::bad_request;  // RFC 9112 §6.1: faulty framing
      head_.framing = {Framing::Kind::chunked, 0};
      return std::nullopt;
    case Verdict::unsupported:
      return head_.minor_version == 0 ? Errc::bad_request : Errc::unsupported_coding;
    case Verdict::malformed:
      break;
  }
  return Errc::bad_request;
}

std::optional<Errc> Parse::target_and_host() {
  Target target;
  if (const auto wrong = parse_target(raw_target_, head_.verb == Verb::options, arena_, target)) return wrong;
  head_.target = target.forwarded;
  head_.path = target.path;
  if (!host_ && head_.minor_version > 0) return Errc::bad_host;
  if (!host_ && target.authority.empty()) return std::nullopt;
  if (const auto wrong = host(host_ ? *host_ : target.authority)) return wrong;
  if (!host_ || target.authority.empty()) return std::nullopt;
  // The RFC has the target win over Host. Who sends two different ones is up to something.
  char into[256];
  const auto other = parse_authority(target.authority, into);
  const std::uint16_t usual = to_lower(raw_target_[4]) == 's' ? 443 : 80;
  const auto port = [usual](std::uint16_t p) { return p == 0 ? usual : p; };
  const bool same = other && other->host == head_.host && port(other->port) == port(head_.port);
  return same ? std::nullopt : std::optional(Errc::bad_host);
}

std::optional<Errc> Parse::host(std::string_view text) {
  char into[256];
  const auto authority = parse_authority(text, into);
  if (!authority) return Errc::bad_host;
  // Nearly always written as it is compared: then nothing is copied.
  const bool as_written = text.starts_with(authority->host);
  head_.host = as_written ? text.substr(0, authority->host.size()) : head_.fields.keep(authority->host);
  head_.port = authority->port;
  return std::nullopt;
}

// HTTP/1.0 knows no Expect (RFC 9110 §10.1.1), and a client without a body waits for nothing.
std::optional<Errc> Parse::expectation() {
  if (head_.minor_version == 0) return std::nullopt;
  if (expects_other_) return Errc::expectation_failed;
  const auto& framing = head_.framing;
  const bool has_body = framing.kind == Framing::Kind::chunked || framing.length > 0;
  head_.expect_continue = expects_continue_ && has_body;
  return std::nullopt;
}

// RFC 6455 §4.2.1. Another protocol to upgrade to is ignored, as any server may.
std::optional<Errc> Parse::handshake() {
  if (!to_websocket_ || !connection_.upgrade() || head_.minor_version == 0) return std::nullopt;
  const auto& fields = head_.fields;
  if (head_.verb != Verb::get || head_.framing.kind != Framing::Kind::none) return Errc::bad_request;
  if (fields.count(Field::sec_websocket_version) > 1 || fields.count(Field::sec_websocket_key) != 1)
    return Errc::bad_request;
  if (fields.get(Field::sec_websocket_version) != "13") return Errc::upgrade_required;
  if (!valid_websocket_key(fields.get(Field::sec_websocket_key))) return Errc::bad_request;
  head_.websocket = true;
  return std::nullopt;
}

}  // namespace

HeadLimits HeadLimits::read(Reader r) {
  HeadLimits c;
  r.optional("size", c.size, 1_KiB, 1_MiB);
  r.optional("fields", c.fields, 8, 1000);
  r.optional("target", c.target, Bytes{256}, 1_MiB);
  r.optional("timeout", c.timeout, 100ms, 10min);
  return c;
}

std::size_t find_head_end(std::string_view bytes, std::size_t& scanned) {
  const char* const first = bytes.data();
  const char* const end = first + bytes.size();
  for (const char* p = first + scanned; p != end;) {
    p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
    if (!p) break;
    const auto behind = end - p - 1;
    if (behind >= 1 && p[1] == '\n') return static_cast<std::size_t>(p + 2 - first);
    if (behind >= 2 && p[1] == '\r' && p[2] == '\n') return static_cast<std::size_t>(p + 3 - first);
    if (behind == 0 || (behind == 1 && p[1] == '\r')) {  // not to be told yet
      scanned = static_cast<std::size_t>(p - first);
      return 0;
    }
    ++p;
  }
  scanned = bytes.size();
  return 0;
}

std::size_t leading_empty_lines(std::string_view bytes) {
  if (bytes.starts_with("\r\n\r\n")) return 4;
  return bytes.starts_with("\r\n") ? 2 : 0;
}

bool hopeless(std::string_view bytes) {
  const auto start = bytes.substr(0, kMaxMethod + 1);
  for (const char c : start) {
    if (c == ' ') return start.front() == ' ';
    if (!is_token_char(c)) return true;
  }
  return start.size() > kMaxMethod;
}

std::optional<Errc> parse_request_head(std::string_view bytes, const HeadLimits& limits,
                                       std::pmr::memory_resource& arena, RequestHead& head) {
  if (bytes.size() > limits.size.count) return Errc::head_too_large;
  return Parse(bytes, limits, arena, head).run();
}

}  // namespace gatehouse::http
