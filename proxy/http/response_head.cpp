#include "proxy/http/response_head.hpp"

#include <algorithm>

#include "proxy/http/connection_options.hpp"
#include "proxy/http/framing_fields.hpp"
#include "proxy/http/head_lines.hpp"
#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

constexpr std::size_t kStatusPrefix = 13;  // "HTTP/1.1 200 "
constexpr std::size_t kUsualFields = 48;   // room made at once; the rare head with more grows
constexpr std::size_t kUsualFieldSize = 32;

// Said to a proxy, not to browsers: where it should take a file from, and how.
bool is_for_us(const Fields::Entry& field) {
  constexpr std::string_view kAccel = "X-Accel-", kSendfile = "X-Sendfile";
  return field.id == Field::unknown && to_lower(field.name.front()) == 'x' &&
         (iequals(field.name.substr(0, kAccel.size()), kAccel) ||
          iequals(field.name.substr(0, kSendfile.size()), kSendfile));
}

// One head on its way to be a ResponseHead. Each step returns false when the head is malformed.
class Parse {
 public:
  Parse(std::string_view bytes, ResponseHead& head) : lines_(bytes), head_(head) {
    head_.fields.reserve(std::min(bytes.size() / kUsualFieldSize + 4, kUsualFields));
  }

  bool run(Verb request, bool upgrade, ResponseInfo& info) {
    if (!status_line() || !fields() || connection_.malformed()) return false;
    connection_.erase_nominated(head_.fields);
    if (head_.status == 101 && !(upgrade && is_handshake())) return false;
    return framing(request, info);
  }

 private:
  bool status_line();
  bool fields();
  void field(const Fields::Entry& field);
  bool is_handshake() const;
  bool framing(Verb request, ResponseInfo& info) const;

  HeadLines lines_;
  ResponseHead& head_;
  ConnectionOptions connection_;
  FramingFields framing_;
  bool to_websocket_ = false;
};

bool Parse::status_line() {
  const auto line = lines_.start_line();
  if (!line || line->size() < kStatusPrefix) return false;
  const bool version = line->starts_with("HTTP/1.0 ") || line->starts_with("HTTP/1.1 ");
  const auto code = line->substr(9, 3);
  const bool digits = code[0] >= '1' && code[0] <= '5' && is_digit(code[1]) && is_digit(code[2]);
  if (!version || !digits || (*line)[12] != ' ') return false;
  head_.minor_version = (*line)[7] - '0';
  head_.status = static_cast<unsigned>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  head_.reason = line->substr(kStatusPrefix);
  return true;
}

bool Parse::fields() {
  Fields::Entry entry{};
  bool underscore = false;
  for (std::size_t count = 0;; ++count) {
    const auto line = lines_.next(entry, underscore);
    if (line == HeadLines::Line::end) return true;
    if (line == HeadLines::Line::malformed || count == kMaxResponseFields) return false;
    field(entry);
  }
}

void Parse::field(const Fields::Entry& field) {
  switch (field.id) {
    case Field::content_length:
      framing_.content_length(field.value);
      return;
    case Field::transfer_encoding:
      framing_.transfer_encoding(field.value);
      return;
    case Field::connection:
      connection_.add(field.value);
      return;
    case Field::upgrade:
      each_element(field.value,
                   [this](std::string_view protocol) { return !(to_websocket_ |= iequals(protocol, "websocket")); });
      return;
    case Field::server:
      return;
    case Field::date:
      if (!head_.fields.has(Field::date)) head_.fields.add(field);
      return;
    default:
      if (!is_hop_by_hop(field) && !is_for_us(field)) head_.fields.add(field);
  }
}

bool Parse::is_handshake() const {
  return head_.minor_version == 1 && to_websocket_ && connection_.upgrade() &&
         head_.fields.count(Field::sec_websocket_accept) == 1;
}

// RFC 9112 §6.3, in its order. A coding that we cannot undo cannot be framed anew.
bool Parse::framing(Verb request, ResponseInfo& info) const {
  using Verdict = FramingFields::Verdict;
  const auto verdict = framing_.verdict();
  const bool coded = verdict == Verdict::chunked;
  if (verdict == Verdict::malformed || verdict == Verdict::unsupported || (coded && head_.minor_version == 0))
    return false;
  const auto status = head_.status;
  const bool never = status < 200 || status == 204;
  // A length of 0 at a 204 is against RFC 9110 §8.6, but wide-spread, and of one meaning.
  const bool harmless = verdict == Verdict::none || (status == 204 && framing_.length() == 0u);
  if (never && !harmless) return false;
  info.framing = {};
  info.declared_length = never ? std::nullopt : framing_.length();
  if (!never && status != 304 && request != Verb::head) {
    if (coded) info.framing = {Framing::Kind::chunked, 0};
    else if (verdict == Verdict::length) info.framing = {Framing::Kind::length, *framing_.length()};
    else info.framing = {Framing::Kind::until_eof, 0};
  }
  info.keep_alive =
      connection_.keep_alive(head_.minor_version) && info.framing.kind != Framing::Kind::until_eof && status != 101;
  return true;
}

}  // namespace

std::optional<Errc> parse_response_head(std::string_view bytes, Verb request, bool upgrade, std::pmr::memory_resource&,
                                        ResponseHead& head, ResponseInfo& info) {
  const bool good = bytes.size() <= kMaxResponseHead && Parse(bytes, head).run(request, upgrade, info);
  return good ? std::nullopt : std::optional(Errc::upstream_malformed);
}

}  // namespace gatehouse::http
