#include <istream>
#include <streambuf>
#include <string>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "config/core_schema.hpp"
#include "config/parsers.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view kYamlTags = "tag:yaml.org,2002:";

Place place(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

// An input stream over text that stays where it is.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // an input buffer's area is never written to
    setg(begin, begin, begin + text.size());
  }
};

// yaml-cpp marks a scalar without a tag "?" when plain and "!" when quoted.
bool is_plain(const std::string& tag) { return tag.empty() || tag == "?"; }

Json scalar_of(const std::string& tag, const std::string& text, Place place) {
  if (is_plain(tag)) return plain_scalar(text);
  if (tag == "!") return text;
  if (tag.starts_with(kYamlTags)) {
    const std::string_view type = std::string_view(tag).substr(kYamlTags.size());
    if (type == "str") return text;
    Json value = plain_scalar(text);
    const bool fits = (type == "int" && value.is_number_integer()) || (type == "float" && value.is_number()) ||
                      (type == "bool" && value.is_boolean()) || (type == "null" && value.is_null());
    if (fits) return value;
  }
  throw Refused{place, "tag does not fit the value or is unknown: " + in_backticks(tag)};
}

class Events final : public YAML::EventHandler {
 public:
  explicit Events(DocumentBuilder& builder) : builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) throw Refused{place(mark), "more text after the end of the document, of which there can be one"};
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { emit(nullptr, place(mark), anchor); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { builder_.alias(anchor, place(mark)); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (text == "<<" && is_plain(tag) && builder_.wants_key())
      throw Refused{place(mark), "merge keys (`<<`) are not part of yaml 1.2"};
    emit(scalar_of(tag, text, place(mark)), place(mark), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Json::value_t::array, "seq", mark, tag, anchor);
  }
  void OnSequenceEnd() override { builder_.end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Json::value_t::object, "map", mark, tag, anchor);
  }
  void OnMapEnd() override { builder_.end(); }

 private:
  void emit(Json value, Place place, YAML::anchor_t anchor) {
    if (builder_.wants_key()) return builder_.key(value, place, anchor);
    builder_.scalar(std::move(value), place, anchor);
  }

  void begin(Json::value_t kind, std::string_view type, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    const bool known = is_plain(tag) || tag == "!" || tag == std::string(kYamlTags).append(type);
    if (!known) throw Refused{place(mark), "tag does not fit the value or is unknown: " + in_backticks(tag)};
    builder_.begin(kind, place(mark), anchor);
  }

  DocumentBuilder& builder_;
  bool started_ = false;
};

}  // namespace

void parse_yaml(std::string_view text, DocumentBuilder& builder) {
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Events events(builder);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& error) {
    throw Refused{place(error.mark), error.msg};
  }
}

}  // namespace gatehouse::config
