#include <cstddef>
#include <iterator>
#include <string>

#include "config/parsers.hpp"

namespace gatehouse::config {
namespace {

// How far nlohmann's lexer is, which it does not tell itself.
struct Progress {
  Place last;  // of the byte that was read last
  Place next{1, 1};
};

class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, Progress& progress) : at_(at), progress_(&progress) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    progress_->last = progress_->next;
    ++progress_->next.column;
    if (*at_++ == '\n') progress_->next = {progress_->last.line + 1, 1};
    return *this;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  Progress* progress_;
};

// nlohmann's message without its prologue and without what it read last, which may be a secret.
std::string cause_of(const std::string& message) {
  const std::size_t dash = message.find(" - "), bracket = message.find("] ");
  const std::size_t begin = dash != std::string::npos ? dash + 3 : bracket != std::string::npos ? bracket + 2 : 0;
  return message.substr(begin, message.find("; last read:", begin) - begin);
}

class Events final : public nlohmann::json_sax<Json> {
 public:
  Events(const Progress& progress, DocumentBuilder& builder) : progress_(progress), builder_(builder) {}

  bool null() override { return emit(nullptr); }
  bool boolean(bool value) override { return emit(value); }
  bool number_integer(number_integer_t value) override { return emit(value); }
  bool number_unsigned(number_unsigned_t value) override { return emit(value); }
  bool number_float(number_float_t value, const string_t&) override { return emit(value); }
  bool string(string_t& value) override { return emit(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // not in JSON text
  bool start_object(std::size_t) override { return builder_.begin(Json::value_t::object, here()), true; }
  bool end_object() override { return builder_.end(), true; }
  bool start_array(std::size_t) override { return builder_.begin(Json::value_t::array, here()), true; }
  bool end_array() override { return builder_.end(), true; }
  bool key(string_t& name) override { return builder_.key(std::move(name), here()), true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    throw Refused{here(), cause_of(error.what())};
  }

 private:
  Place here() const { return progress_.last; }
  bool emit(Json value) { return builder_.scalar(std::move(value), here()), true; }

  const Progress& progress_;
  DocumentBuilder& builder_;
};

}  // namespace

void parse_json(std::string_view text, DocumentBuilder& builder) {
  Progress progress;
  Events events(progress, builder);
  Json::sax_parse(Cursor(text.data(), progress), Cursor(text.data() + text.size(), progress), &events);
}

}  // namespace gatehouse::config
