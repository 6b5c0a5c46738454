#include "config/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include "config/parsers.hpp"

namespace gatehouse::config {
namespace {

std::string path_of(const std::string& name, Place place) {
  if (place.line == 0) return name;
  const std::string numbers = std::to_string(place.line) + ":" + std::to_string(place.column);
  return name.empty() ? "line " + numbers : name + ":" + numbers;
}

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t column = offset - (before.rfind('\n') + 1);  // npos + 1 is 0
  return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1};
}

// The length of the UTF-8 sequence at the begin of `text`; 0 when it is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0), second = byte(1);
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !follows(1)) return 0;
  if (first < 0xe0) return 2;
  if (!follows(2) || (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if (first < 0xf0) return 3;
  if (!follows(3) || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return 4;
}

// The parsers would let both through: Json could not be printed any more, and to yaml-cpp U+0004 is the end of the
// text.
void check_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r')
      throw Refused{place_of(text, at), "control character"};
    const std::size_t length = byte < 0x80 ? 1 : utf8_sequence(text.substr(at, 4));
    if (length == 0) throw Refused{place_of(text, at), "not utf-8"};
    at += length;
  }
}

std::string cause(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

// Text from `begin` on until the end or an error, which is errno then.
bool read_all(std::FILE* file, std::string& text, std::size_t max) {
  char buffer[16 * 1024];
  while (text.size() <= max) {
    const std::size_t size = std::fread(buffer, 1, sizeof buffer, file);
    text.append(buffer, size);
    if (size < sizeof buffer) return std::ferror(file) == 0;
  }
  return true;
}

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_part);
}

}  // namespace

std::optional<Json> parse_document(std::string_view text, Problems& problems, const std::string& name, bool json) {
  DocumentBuilder builder;
  try {
    check_characters(text);
    json ? parse_json(text, builder) : parse_yaml(text, builder);
  } catch (const Refused& refused) {
    // alone: what was noted before may be a consequence, as the number in `[1, 2` without its end, taken for a key
    problems.error(path_of(name, refused.place), refused.text);
    return std::nullopt;
  }
  for (const Refused& noted : builder.noted()) problems.error(path_of(name, noted.place), noted.text);
  if (!builder.noted().empty()) return std::nullopt;
  return builder.take();
}

std::optional<std::string> read_text(const std::filesystem::path& path, Problems& problems, std::size_t max) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "re"), close);
  std::string text;
  if (!file || !read_all(file.get(), text, max)) {
    problems.error(path.string(), cause(errno));
    return std::nullopt;
  }
  if (text.size() > max) {
    problems.error(path.string(), "larger than " + to_string(Bytes{max}));
    return std::nullopt;
  }
  return text;
}

std::optional<Json> read_file(const std::filesystem::path& path, Problems& problems) {
  const auto text = read_text(path, problems);
  if (!text) return std::nullopt;
  return parse_document(*text, problems, path.string(), path.extension() == ".json");
}

std::optional<std::string> expand_environment(std::string_view text, const std::string& path, Problems& problems) {
  std::string expanded;
  while (true) {
    const std::size_t at = text.find("${");
    expanded += text.substr(0, at);
    if (at == std::string_view::npos) return expanded;
    const bool literal = at > 0 && text[at - 1] == '$';
    text.remove_prefix(at + 2);
    if (literal) {
      expanded += '{';
      continue;
    }
    const std::size_t end = text.find('}');
    const std::string name(text.substr(0, end));
    if (end == std::string_view::npos || !is_name(name)) {
      problems.error(path, "expected a variable as ${NAME}; a literal ${ is written $${");
      return std::nullopt;
    }
    const char* value = std::getenv(name.c_str());
    if (!value) {
      problems.error(path, "environment variable `" + name + "` is not set");
      return std::nullopt;
    }
    expanded += value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace gatehouse::config
