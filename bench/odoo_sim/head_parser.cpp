#include "bench/odoo_sim/head_parser.hpp"

namespace gatehouse::odoo_sim {
namespace {

constexpr std::size_t kMaxLine = 65536;
constexpr std::size_t kMaxGeventRequestLine = 8192;
constexpr std::size_t kMaxFields = 100;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

}  // namespace

bool HeadParser::feed(std::string& buffer) {
  for (;;) {
    const std::size_t end = buffer.find('\n');  // a bare LF ends a line, too
    if (end == std::string::npos) return buffer.size() > kMaxLine && too_long(buffer.size());
    if (too_long(end + 1)) return true;
    const bool done = take_line(std::string_view(buffer).substr(0, end));
    buffer.erase(0, end + 1);
    if (done) return true;
  }
}

bool HeadParser::refuse(int status, bool bare) {
  status_ = status;
  bare_ = bare;
  return true;
}

bool HeadParser::too_long(std::size_t size) {
  const bool gevent = dialect_ == Dialect::gevent;
  if (request_.method.empty() && size > (gevent ? kMaxGeventRequestLine : kMaxLine)) return refuse(414);
  if (size > kMaxLine) return refuse(gevent ? 400 : 431);
  return false;
}

bool HeadParser::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (request_.method.empty()) return take_request_line(line);
  return line.empty() ? complete() : take_field(line);
}

bool HeadParser::take_request_line(std::string_view line) {
  const bool bare = dialect_ == Dialect::werkzeug;
  const auto words = words_of(line);
  if (words.size() != 3 || !words[2].starts_with("HTTP/1.")) return refuse(400, bare);
  request_.method = words[0];
  request_.target = words[1];
  request_.version = words[2].substr(5);
  return false;
}

bool HeadParser::take_field(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {  // obs-fold: joined to the value before
    if (!request_.fields.empty()) request_.fields.back().second += ' ' + std::string(trimmed(line));
    return false;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  if (request_.fields.size() == kMaxFields) return refuse(dialect_ == Dialect::gevent ? 400 : 431);
  const std::string_view name = line.substr(0, colon);
  if (dialect_ == Dialect::gevent && name.find('_') != std::string_view::npos) return false;
  request_.fields.emplace_back(name, trimmed(line.substr(colon + 1)));
  return false;
}

bool HeadParser::complete() {
  if (const std::size_t scheme = request_.target.find("://");
      !request_.target.starts_with('/') && scheme != std::string::npos) {
    if (dialect_ == Dialect::gevent) return refuse(404);
    const std::size_t path = std::min(request_.target.find('/', scheme + 3), request_.target.size());
    request_.fields.emplace_back("Host", request_.target.substr(scheme + 3, path - scheme - 3));
    request_.target.erase(0, path);
    if (request_.target.empty()) request_.target = "/";
  }
  // odoo: http.py reads environ['HTTP_HOST'], so that a request without Host is an internal error on both ports.
  if (request_.find("Host") == nullptr) return refuse(500);
  return true;
}

}  // namespace gatehouse::odoo_sim
