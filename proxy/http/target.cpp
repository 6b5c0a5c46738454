#include "proxy/http/target.hpp"

#include <cstring>

#include "proxy/core/fields.hpp"
#include "proxy/http/text.hpp"

namespace gatehouse::http {
namespace {

// What stands in a path as it is (RFC 3986 §3.3).
constexpr auto kPathChars = character_class([](char c) {
  return c != '\0' &&
         (is_alpha(c) || is_digit(c) || std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos);
});
constexpr auto kUnreserved =
    character_class([](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; });

constexpr bool is_visible(char c) {
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
}

// A path that is already as it should be, which nearly all are: nothing to decode, "//" or a segment that starts with
// ".".
bool is_canonical(std::string_view path) {
  char before = 'x';
  for (const char c : path) {
    if (!contains(kPathChars, c) || (before == '/' && (c == '/' || c == '.'))) return false;
    before = c;
  }
  return true;
}

std::string_view without_trailing_slash(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Bytes that follow a lead byte, and the least code point that is allowed to take so many.
struct Lead {
  unsigned following;
  char32_t least;
};
constexpr std::optional<Lead> lead_of(unsigned char byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return Lead{1, 0xa0};  // above the C1 controls
  if (byte >= 0xe0 && byte <= 0xef) return Lead{2, 0x800};
  if (byte >= 0xf0 && byte <= 0xf4) return Lead{3, 0x10000};
  return std::nullopt;
}

// Well-formed UTF-8 (RFC 3629) without control characters above ASCII.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i++]);
    if (byte < 0x80) continue;
    const auto lead = lead_of(byte);
    if (!lead || text.size() - i < lead->following) return false;
    char32_t point = byte & (0x3fu >> lead->following);
    for (unsigned n = 0; n < lead->following; ++n, ++i) {
      if ((text[i] & 0xc0) != 0x80) return false;
      point = point << 6 | (text[i] & 0x3f);
    }
    if (point < lead->least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  }
  return true;
}

// Writes a path twice as it reads it: decoded, for policies, and encoded, for the upstream. Both have the same
// segments.
class PathWriter {
 public:
  PathWriter(std::size_t raw_size, std::size_t query_size, std::pmr::memory_resource& arena)
      : decoded_(static_cast<char*>(arena.allocate(raw_size, 1))),
        encoded_(static_cast<char*>(arena.allocate(3 * raw_size + query_size, 1))) {}

  bool write(std::string_view raw);
  std::string_view decoded() const { return {decoded_, decoded_size_}; }
  std::string_view encoded(std::string_view query) {
    std::memcpy(encoded_ + encoded_size_, query.data(), query.size());
    return {encoded_, encoded_size_ + query.size()};
  }

 private:
  bool slash();
  void put(char c, bool as_is);
  void drop_segment();
  std::string_view segment() const { return decoded().substr(decoded().rfind('/') + 1); }

  char* decoded_;
  char* encoded_;
  std::size_t decoded_size_ = 0;
  std::size_t encoded_size_ = 0;
};

bool PathWriter::write(std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    bool as_is = contains(kPathChars, c);
    if (c == '%') {
      const int high = i + 2 < raw.size() ? hex_value(raw[i + 1]) : -1;
      const int low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      as_is = contains(kUnreserved, c);
      i += 2;
    } else if (!is_visible(c)) {
      return false;
    }
    if (is_control(c) || c == '\\') return false;
    if (c != '/') put(c, as_is);
    else if (!slash()) return false;
  }
  const auto last = segment();
  const bool ends_in_dots = last == "." || last == "..";
  if (!slash()) return false;
  if (!ends_in_dots && !raw.empty() && !last.empty()) --decoded_size_, --encoded_size_;
  return is_utf8(decoded());
}

// Ends a segment. False: it leaves the root, or hides that it would.
bool PathWriter::slash() {
  const auto ended = segment();
  if (decoded_size_ > 0 && ended.empty()) return true;
  const auto name = ended.substr(0, ended.find(';'));
  const bool here = name == ".", up = name == "..";
  if ((here || up) && name.size() < ended.size()) return false;
  if (!here && !up) {
    decoded_[decoded_size_++] = encoded_[encoded_size_++] = '/';
    return true;
  }
  drop_segment();
  if (here) return true;
  if (decoded_size_ == 1) return false;
  --decoded_size_, --encoded_size_;
  drop_segment();
  return true;
}

void PathWriter::drop_segment() {
  decoded_size_ = decoded().rfind('/') + 1;
  encoded_size_ = std::string_view(encoded_, encoded_size_).rfind('/') + 1;
}

void PathWriter::put(char c, bool as_is) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  decoded_[decoded_size_++] = c;
  if (as_is) {
    encoded_[encoded_size_++] = c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  encoded_[encoded_size_++] = '%';
  encoded_[encoded_size_++] = kHex[byte >> 4];
  encoded_[encoded_size_++] = kHex[byte & 15];
}

// Takes scheme and authority off an absolute-form target. Nothing else than http and https is ours.
std::optional<Errc> take_authority(std::string_view& text, Target& target) {
  const auto scheme_end = text.find("://");
  const auto scheme = text.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || !(iequals(scheme, "http") || iequals(scheme, "https")))
    return Errc::bad_target;
  text.remove_prefix(scheme_end + 3);
  target.authority = text.substr(0, text.find_first_of("/?#"));
  if (target.authority.empty() || target.authority.find('@') != std::string_view::npos) return Errc::bad_target;
  text.remove_prefix(target.authority.size());
  return std::nullopt;
}

}  // namespace

std::optional<Errc> parse_target(std::string_view text, bool options, std::pmr::memory_resource& arena,
                                 Target& target) {
  if (!text.starts_with('/') && text != "*") {
    if (const auto wrong = take_authority(text, target)) return wrong;
    if (text.empty()) text = options ? "*" : "/";  // RFC 9112 §3.2.4
  }
  if (text == "*") {
    target.path = target.forwarded = text;
    return options ? std::nullopt : std::optional(Errc::bad_target);
  }
  const auto path = text.substr(0, text.find('?'));
  const auto query = text.substr(path.size());
  for (const char c : query)
    if (!is_visible(c) || c == '#') return Errc::bad_target;
  if (!path.empty() && is_canonical(path)) {
    target.path = without_trailing_slash(path);
    target.forwarded = text;
    return std::nullopt;
  }
  if (path.find('#') != std::string_view::npos) return Errc::bad_target;
  PathWriter writer(path.size() + 2, query.size(), arena);
  if (!writer.write(path.empty() ? "/" : path)) return Errc::bad_target;
  target.path = without_trailing_slash(writer.decoded());
  target.forwarded = writer.encoded(query);
  return std::nullopt;
}

}  // namespace gatehouse::http
