#include "bench/odoo_sim/routes.hpp"

#include <array>

#include <nlohmann/json.hpp>

namespace gatehouse::odoo_sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kExpires = "; Expires=Sat, 20 Nov 2027 00:00:00 GMT";

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json id_of(const Request& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  return body.is_object() && body.contains("id") ? body["id"] : Json(nullptr);
}

Answer json_result(const Request& request, Json result) {
  return json_answer(dump({{"jsonrpc", "2.0"}, {"id", id_of(request)}, {"result", std::move(result)}}));
}

Answer redirect(std::string_view location) {
  Answer answer = html_answer(303, "<!doctype html>\n<title>Redirecting...</title>\n");
  answer.fields.emplace_back("Location", location);
  return answer;
}

std::string page(std::string_view title, std::string_view name) {
  return "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>" + std::string(title) + " | " + std::string(name) +
         "</title></head><body><h1>" + std::string(title) + "</h1></body></html>\n";
}

// odoo: without a database the answer is the same and needs a worker all the same.
Answer health(const Request&, const Origin&, std::string_view) {
  Answer answer = json_answer(R"({"status": "pass"})");
  answer.fields.emplace_back("Cache-Control", "no-store");
  return answer;
}

constexpr std::string_view kLoginForm =
    "<form class=\"oe_login_form\" method=\"post\" action=\"/web/login\"><input name=\"csrf_token\" type=\"hidden\" "
    "value=\"0\"/><input name=\"login\"/><input name=\"password\" type=\"password\"/></form>\n";

// odoo: success is 303 with a new session, failure is 200 with the form.
Answer login(const Request& request, const Origin& origin, std::string_view name) {
  if (request.method == "POST" && form_value(request.body, "login") == "admin" &&
      form_value(request.body, "password") == "admin") {
    Answer answer = redirect("/odoo");
    answer.fields.push_back(session_cookie(origin.random));
    return answer;
  }
  const std::string_view problem = request.method == "POST" ? "<p class=\"alert\">Wrong login/password</p>\n" : "";
  Answer answer = html_answer(200, page("Login", name) + std::string(problem) + std::string(kLoginForm));
  answer.fields.insert(answer.fields.end(), {{"Cache-Control", "no-cache"},
                                             {"X-Frame-Options", "SAMEORIGIN"},
                                             {"Content-Security-Policy", "frame-ancestors 'self'"}});
  return answer;
}

// odoo: 200 with result.uid and a rotated session, or 200 with an error.
Answer authenticate(const Request& request, const Origin& origin, std::string_view) {
  const Json body = Json::parse(request.body, nullptr, false);
  const Json params = body.is_object() ? body.value("params", Json::object()) : Json::object();
  if (params.value("login", "") != "admin" || params.value("password", "") != "admin")
    return json_error(request, "odoo.exceptions.AccessDenied", "Access Denied");
  Answer answer = json_result(request, {{"uid", 2}, {"db", params.value("db", "")}});
  answer.fields.push_back(session_cookie(origin.random));
  return answer;
}

Answer logout(const Request&, const Origin& origin, std::string_view) {
  Answer answer = redirect("/odoo");
  answer.fields.push_back(session_cookie(origin.random));
  return answer;
}

Answer call_kw(const Request& request, const Origin&, std::string_view name) {
  const Json body = Json::parse(request.body, nullptr, false);
  if (!request.is_json() || !body.is_object()) return error_page(400);  // odoo: the wrong type on a JSON route
  return json_result(request, {{"name", name}, {"params", body.value("params", Json::object())}});
}

const Json& version() {
  static const Json version = {{"server_version", "18.0"},
                               {"server_version_info", {18, 0, 0, "final", 0, ""}},
                               {"server_serie", "18.0"},
                               {"protocol_version", 1}};
  return version;
}

Answer version_info(const Request& request, const Origin&, std::string_view) { return json_result(request, version()); }

Answer xmlrpc_common(const Request&, const Origin&, std::string_view) {
  Answer answer;
  answer.fields = {{"Content-Type", "text/xml"}};
  answer.text =
      "<?xml "
      "version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><struct>\n<member>\n<name>server_version</name>"
      "\n<value><string>18.0</string></value>\n</member>\n<member>\n<name>protocol_version</name>\n<value><int>1</int>"
      "</value>\n</member>\n</struct></value>\n</param>\n</params>\n</methodResponse>\n";
  return answer;
}

Answer file(std::string type, std::string_view cache, const std::string& path) {
  Answer answer;
  answer.text = "/* " + path + " */\n";
  answer.block = kFileBlock;
  // odoo: static and streamed answers carry two Date fields.
  answer.fields = {{"Content-Type", std::move(type)},
                   {"Cache-Control", std::string(cache)},
                   {"ETag", "\"1751902692-" + std::to_string(answer.text.size()) + "-2382831857\""},
                   {"Last-Modified", "Mon, 07 Jul 2025 15:38:12 GMT"},
                   {"Date", http_date()},
                   {"X-Content-Type-Options", "nosniff"}};
  return answer;
}

Answer not_modified_or(const Request& request, Answer answer) {
  const std::string* const known = request.find("If-None-Match");
  if (known == nullptr || *known != *answer.find("ETag")) return answer;
  answer.status = 304;
  answer.text.clear();
  std::erase_if(answer.fields, [](const auto& field) { return field.first == "Content-Type"; });
  return answer;
}

std::string type_of(const std::string& path) {
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  if (path.ends_with(".png")) return "image/png";
  return "application/javascript; charset=utf-8";
}

// odoo: marked immutable, and yet with a Set-Cookie for who has no session.
Answer asset(const Request& request, const Origin&, std::string_view) {
  const std::string path = request.path();
  return not_modified_or(request, file(type_of(path), "public, max-age=31536000, immutable", path));
}

Answer static_file(const Request& request, const Origin&, std::string_view) {
  const std::string path = request.path();
  return not_modified_or(request, file(type_of(path), "public, max-age=604800", path));
}

Answer home(const Request&, const Origin&, std::string_view) { return redirect("/odoo"); }

Answer backend(const Request&, const Origin&, std::string_view name) {
  Answer answer = html_answer(200, page("Odoo", name));
  answer.fields.emplace_back("Cache-Control", "no-cache");
  return answer;
}

// odoo 14 and 15: held up to 50 s on the realtime port.
Answer poll(const Request& request, const Origin&, std::string_view) {
  Answer answer = json_result(request, Json::array());
  answer.delay = std::chrono::milliseconds(request.number("ms", 0));
  answer.fields.emplace_back("Access-Control-Allow-Origin", "*");
  return answer;
}

// A handshake never comes here on the realtime port; on the web port, and without Upgrade:
Answer no_websocket(const Request& request, const Origin& origin, std::string_view) {
  if (origin.port == "websocket" || !request.has("Connection", "upgrade")) return error_page(400);
  return html_answer(500,
                     "<!doctype html>\n<title>500 Internal Server Error</title>\n<p>Couldn't bind the websocket. "
                     "Is the connection opened on the evented port (8072)?</p>\n");
}

enum class Match { exact, prefix, contains };

struct Route {
  std::string_view path;
  Match match;
  bool session;  // a GET without a session starts one
  Answer (*answer)(const Request&, const Origin&, std::string_view name);
};

constexpr std::array kRoutes = {
    Route{"/web/health", Match::exact, false, health},
    Route{"/websocket/health", Match::exact, false, health},
    Route{"/longpolling/health", Match::exact, false, health},
    Route{"/web/login", Match::exact, true, login},
    Route{"/web/session/authenticate", Match::exact, true, authenticate},
    Route{"/web/session/logout", Match::exact, false, logout},
    Route{"/web/dataset/", Match::prefix, true, call_kw},
    Route{"/jsonrpc", Match::exact, false, version_info},
    Route{"/xmlrpc/2/common", Match::exact, false, xmlrpc_common},
    Route{"/web/webclient/version_info", Match::exact, true, version_info},
    Route{"/web/assets/", Match::prefix, true, asset},
    Route{"/static/", Match::contains, false, static_file},
    Route{"/longpolling/poll", Match::exact, true, poll},
    Route{"/websocket/peek_notifications", Match::exact, true, poll},
    Route{"/websocket", Match::exact, false, no_websocket},
    Route{"/", Match::exact, true, home},
    Route{"/odoo", Match::prefix, true, backend},
};

bool matches(const Route& route, std::string_view path) {
  if (route.match == Match::exact) return path == route.path;
  if (route.match == Match::prefix) return path.starts_with(route.path);
  return path.find(route.path) != std::string_view::npos;
}

}  // namespace

std::optional<Answer> ordinary_route(const Request& request, const Origin& origin, std::string_view name) {
  const std::string path = request.path();
  for (const Route& route : kRoutes) {
    if (!matches(route, path)) continue;
    Answer answer = route.answer(request, origin, name);
    if (route.session && request.method == "GET" && !has_session(request))
      answer.fields.push_back(session_cookie(origin.random));
    return answer;
  }
  return std::nullopt;
}

Answer json_error(const Request& request, std::string_view exception, std::string_view message) {
  const Json data = {{"name", exception},
                     {"debug", "Traceback (most recent call last):\n"},
                     {"message", message},
                     {"arguments", {message}},
                     {"context", Json::object()}};
  return json_answer(dump({{"jsonrpc", "2.0"},
                           {"id", id_of(request)},
                           {"error", {{"code", 200}, {"message", "Odoo Server Error"}, {"data", data}}}}));
}

std::pair<std::string, std::string> session_cookie(std::mt19937_64& random) {
  return {"Set-Cookie",
          "session_id=" + Filler{random(), 84}.all() + std::string(kExpires) + "; Max-Age=604800; HttpOnly; Path=/"};
}

bool has_session(const Request& request) {
  const std::string* const cookie = request.find("Cookie");
  return cookie != nullptr &&
         (cookie->starts_with("session_id=") || cookie->find("; session_id=") != std::string::npos);
}

}  // namespace gatehouse::odoo_sim
