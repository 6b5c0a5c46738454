#include "bench/odoo_sim/controls.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "bench/odoo_sim/digest.hpp"
#include "bench/odoo_sim/routes.hpp"

namespace gatehouse::odoo_sim {
namespace {

using std::chrono::milliseconds;

milliseconds time_of(const Request& request, std::string_view name) { return milliseconds(request.number(name, 0)); }

Answer plain(std::string text) {
  Answer answer;
  answer.fields = {{"Content-Type", "text/plain; charset=utf-8"}};
  answer.text = std::move(text);
  return answer;
}

Answer sleep(const Request& request) {
  Answer answer = plain("slept\n");
  answer.delay = time_of(request, "ms");
  return answer;
}

// n bytes that Filler{seed} makes. chunk=0 sends all in one sendall, as for a page held in memory.
Answer bytes(const Request& request) {
  Answer answer;
  answer.fields = {{"Content-Type", request.query("type").value_or("application/octet-stream")}};
  answer.filler = Filler{request.number("seed", 0), request.number("n", 0)};
  answer.block = request.number("chunk", kFileBlock);
  answer.pause = time_of(request, "delay_ms");
  return answer;
}

Answer until_eof(const Request& request) {
  Answer answer = bytes(request);
  answer.shape = Answer::Shape::until_close;
  return answer;
}

Answer truncate(const Request& request) {
  Answer answer = bytes(request);
  answer.cut = request.number("sent", 0);
  return answer;
}

// odoo: the master kills a worker past limit_time_real; its client sees the end of the stream and not one byte.
Answer kill(const Request& request) {
  Answer answer;
  answer.delay = time_of(request, "ms");
  answer.shape = Answer::Shape::nothing;
  return answer;
}

Answer status(const Request& request) {
  const auto code = static_cast<int>(request.number("code", 200));
  Answer answer = plain("status " + std::to_string(code) + "\n");
  answer.status = code;
  return answer;
}

// odoo: a body over the limit is answered within half a second, while it is still being sent.
Answer early413(const Request&) { return error_page(413); }

Answer raw(const Request& request) {
  Answer answer;
  answer.shape = Answer::Shape::verbatim;
  answer.text = base64_decode(request.query("b64").value_or(""));
  return answer;
}

Answer rpc_error(const Request& request) {
  return json_error(request, "odoo.exceptions.UserError", "the simulator was asked for an error");
}

Answer echo(const Request& request, const Origin& origin, std::string_view name) {
  return json_answer(nlohmann::ordered_json{
      {"method", request.method},
      {"target", request.target},
      {"version", request.version},
      {"headers", request.fields},
      {"body_len", request.body.size()},
      {"body_sha256", sha256_hex(request.body)},
      {"body_crc32", crc32_hex(request.body)},
      {"port", origin.port},
      {"worker", origin.worker},
      {"name", name}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

struct Control {
  std::string_view name;
  Answer (*answer)(const Request&);
};

constexpr std::array kControls = {
    Control{"sleep", sleep},     Control{"bytes", bytes},       Control{"eof", until_eof},
    Control{"kill", kill},       Control{"kill_after", kill},   Control{"truncate", truncate},
    Control{"status", status},   Control{"early413", early413}, Control{"raw", raw},
    Control{"error", rpc_error},
};

}  // namespace

Answer control_route(const Request& request, const Origin& origin, std::string_view name) {
  const std::string path = request.path();
  const std::string_view control = std::string_view(path).substr(std::string_view("/sim/").size());
  if (control == "echo") return echo(request, origin, name);
  for (const Control& known : kControls)
    if (known.name == control) return known.answer(request);
  return error_page(404);
}

}  // namespace gatehouse::odoo_sim
