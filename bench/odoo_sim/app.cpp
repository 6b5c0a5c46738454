#include "bench/odoo_sim/app.hpp"

#include "bench/odoo_sim/controls.hpp"
#include "bench/odoo_sim/routes.hpp"

namespace gatehouse::odoo_sim {

App::App(Config config) : config_(std::move(config)), hairpin_(config_.hairpin) {
  if (!config_.recording.empty()) recording_ = std::make_unique<const Recording>(Recording::load(config_.recording));
}

bool App::reads_body(const Request& request) const { return request.path() != "/sim/early413"; }

Answer App::answer(const Request& request, const Origin& origin) const {
  // odoo: a JSON route turns werkzeug's ClientDisconnected into an error object, any other into 400.
  if (request.client_disconnected)
    return request.is_json()
               ? json_error(request, "werkzeug.exceptions.ClientDisconnected", "400 Bad Request: client disconnected")
               : error_page(400);
  const Recorded* const record = recorded(request);
  Answer answer = record != nullptr ? replayed(*record, request) : route(request, origin);
  if (recording_) answer.fields.emplace_back(kPortField, origin.port);
  return answer;
}

const Recorded* App::recorded(const Request& request) const { return recording_ ? recording_->find(request) : nullptr; }

Answer App::route(const Request& request, const Origin& origin) const {
  const std::string path = request.path();
  if (path.starts_with("/sim/")) return control_route(request, origin, config_.name);
  auto known = path.starts_with("/report/pdf/") ? report(request) : ordinary_route(request, origin, config_.name);
  Answer answer = known ? std::move(*known) : error_page(404);
  answer.delay += config_.service_time.sample(origin.random);
  return answer;
}

Answer App::replayed(const Recorded& record, const Request& request) const {
  // odoo: a handshake on the web port fails.
  if (record.websocket) return error_page(500);
  Answer answer;
  answer.status = record.status;
  answer.fields = record.answer;
  answer.shape = Answer::Shape::recorded;
  answer.filler = record.body();
  answer.block = answer.find("ETag") != nullptr ? kFileBlock : 0;
  answer.delay = std::chrono::duration_cast<std::chrono::microseconds>(record.first_byte / config_.speed);
  if (const std::string what = record.difference(request); !what.empty())
    answer.fields.emplace_back(kDiffersField, what);
  return answer;
}

Answer App::report(const Request& request) const {
  // odoo: report.url is the public address, learned from the forwarded host.
  const std::string* host = request.find("X-Forwarded-Host");
  if (host == nullptr) host = request.find("Host");
  if (const std::string problem = hairpin_.fetch_assets(*host); !problem.empty())
    return html_answer(
        500, "<!doctype html>\n<title>500 Internal Server Error</title>\n<p>wkhtmltopdf: " + problem + "</p>\n");
  Answer answer;
  answer.fields = {{"Content-Type", "application/pdf"}, {"Content-Disposition", "attachment; filename=\"report.pdf\""}};
  answer.text =
      "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
      "trailer<</Root 1 0 R>>\n%%EOF\n";
  answer.delay = std::chrono::milliseconds(request.number("ms", 0));
  return answer;
}

}  // namespace gatehouse::odoo_sim
