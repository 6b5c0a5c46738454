#include "bench/odoo_sim/answer.hpp"

#include <algorithm>
#include <ctime>

#include <boost/beast/http/status.hpp>

namespace gatehouse::odoo_sim {
namespace {

bool has_no_body(int status) { return status == 204 || status == 304 || status < 200; }

void add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::uint64_t Answer::sent_size(const Request& request) const {
  if (request.method == "HEAD" || has_no_body(status)) return 0;
  return std::min(size(), cut.value_or(size()));
}

std::string Answer::slice(std::uint64_t offset, std::size_t length) const {
  return filler ? filler->slice(offset, length) : text.substr(offset, length);
}

std::string Answer::slice_at(std::uint64_t offset) const {
  const std::uint64_t end = std::min(size(), cut.value_or(size()));
  return slice(offset, block == 0 ? end - offset : std::min<std::uint64_t>(block, end - offset));
}

const std::string* Answer::find(std::string_view name) const {
  for (const auto& field : fields)
    if (same_name(field.first, name)) return &field.second;
  return nullptr;
}

Answer html_answer(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.fields = {{"Content-Type", "text/html; charset=utf-8"}};
  answer.text = std::move(body);
  return answer;
}

Answer json_answer(std::string body) {
  Answer answer;
  answer.fields = {{"Content-Type", "application/json; charset=utf-8"}};
  answer.text = std::move(body);
  return answer;
}

Answer error_page(int status) {
  const std::string title = std::to_string(status) + " " + std::string(reason_of(status));
  return html_answer(status, "<!doctype html>\n<html lang=en>\n<title>" + title + "</title>\n<h1>" +
                                 std::string(reason_of(status)) + "</h1>\n");
}

std::string head_of(const Answer& answer, Dialect dialect, bool keep) {
  const bool werkzeug = dialect == Dialect::werkzeug;
  const bool recorded = answer.shape == Answer::Shape::recorded;
  // odoo: werkzeug answers HTTP/1.0 whatever was asked, and closes; pywsgi speaks HTTP/1.1.
  std::string head = werkzeug ? "HTTP/1.0 " : "HTTP/1.1 ";
  head.append(std::to_string(answer.status)).append(" ").append(reason_of(answer.status)).append("\r\n");
  if (werkzeug && !recorded) add(head, "Server", "Werkzeug/2.2.2 Python/3.11.2");
  if (werkzeug && !recorded) add(head, "Date", http_date());
  for (const auto& [name, value] : answer.fields) add(head, name, value);
  if (answer.shape == Answer::Shape::sized && !has_no_body(answer.status))
    add(head, "Content-Length", std::to_string(answer.size()));
  if (!werkzeug && !recorded) add(head, "Date", http_date());
  if (!werkzeug && answer.shape == Answer::Shape::until_close && keep) add(head, "Transfer-Encoding", "chunked");
  if (!recorded && !keep) add(head, "Connection", "close");
  return head + "\r\n";
}

std::string_view reason_of(int status) {
  return boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace gatehouse::odoo_sim
