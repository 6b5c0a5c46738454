#include "proxy/server/answer.hpp"

#include <charconv>

namespace gatehouse::server {
namespace {

using PmrString = std::pmr::string;

constexpr std::string_view kRetryAfter = "5";  // seconds, when nobody knows better

class ArenaBody final : public Body {
 public:
  explicit ArenaBody(PmrString text) : text_(std::move(text)) {}
  Task<Result<std::span<const char>>> next() override {
    if (std::exchange(done_, true)) co_return std::span<const char>();
    co_return std::span<const char>(text_);
  }

 private:
  PmrString text_;
  bool done_ = false;
};

// Odoo's UserError is the dialog with just the message in it; the client reads each of these members.
PmrString json_rpc_error(std::string_view text, std::string_view id, std::pmr::memory_resource& arena) {
  PmrString out(&arena);
  out +=
      R"({"jsonrpc":"2.0","id":null,"error":{"code":200,"message":"Odoo Server Error","data":{"name":"odoo.exceptions.UserError","message":")";
  out += text;
  out += R"(","arguments":[")";
  out += text;
  out += R"("],"context":{},"debug":"gatehouse request )";
  out += id;
  out += R"("}}})";
  return out;
}

PmrString xml_rpc_fault(std::string_view text, std::string_view id, std::pmr::memory_resource& arena) {
  PmrString out(&arena);
  out +=
      "<?xml version='1.0'?>\n<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int>"
      "</value></member><member><name>faultString</name><value><string>";
  out += text;
  out += " (request ";
  out += id;
  out += ")</string></value></member></struct></value></fault></methodResponse>\n";
  return out;
}

PmrString page(unsigned status, std::string_view text, std::string_view id, bool reload,
               std::pmr::memory_resource& arena) {
  PmrString out(&arena);
  out +=
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>";
  out += text;
  out += "</title>";
  if (reload) out += "<meta http-equiv=\"refresh\" content=\"5\">";
  out +=
      "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:18vh auto 0;padding:0 1em;color:#222}"
      "small{color:#777}</style></head><body><h1>";
  char digits[8];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, status).ptr);
  out += "</h1><p>";
  out += text;
  out += reload ? "</p><p>This page tries again by itself.</p>" : "</p>";
  out += "<small>Request ";
  out += id;
  out += "</small></body></html>\n";
  return out;
}

PmrString problem_json(unsigned status, std::string_view name, std::string_view text, std::string_view id,
                       std::pmr::memory_resource& arena) {
  PmrString out(&arena);
  char digits[8];
  out += R"({"type":"about:blank","title":")";
  out += name;
  out += R"(","status":)";
  out.append(digits, std::to_chars(digits, digits + sizeof digits, status).ptr);
  out += R"(,"detail":")";
  out += text;
  out += R"(","request_id":")";
  out += id;
  out += "\"}\n";
  return out;
}

// Text from a tenant's document goes into JSON, XML and HTML: what would need escaping in any of them is left out.
std::string_view plain(std::string_view text, std::pmr::memory_resource& arena) {
  if (text.find_first_of("\"\\<>&'\n\r\t") == text.npos) return text;
  auto* copy = static_cast<char*>(arena.allocate(text.size(), 1));
  std::size_t n = 0;
  for (const char c : text)
    if (std::string_view("\"\\<>&'\n\r\t").find(c) == std::string_view::npos) copy[n++] = c;
  return {copy, n};
}

struct Rendered {
  unsigned status;
  std::string_view content_type;
  PmrString text;
  bool retry_after;
};

Rendered render(const Exchange& ex, const Meaning& m, std::string_view text) {
  auto& arena = ex.arena;
  const auto id = ex.record.request_id;
  const bool again = m.kind == Kind::try_again;
  const auto caller = m.kind == Kind::malformed || m.kind == Kind::redirect ? Caller::other : caller_of(ex);
  switch (caller) {
    case Caller::json_rpc:
      if (again) return {502, "text/plain; charset=utf-8", PmrString(text, &arena), true};
      return {200, "application/json", json_rpc_error(text, id, arena), false};
    case Caller::xml_rpc:
      if (again) return {503, "text/plain; charset=utf-8", PmrString(text, &arena), true};
      return {200, "text/xml", xml_rpc_fault(text, id, arena), false};
    case Caller::page:
      if (again) return {503, "text/html; charset=utf-8", page(503, text, id, true, arena), true};
      return {m.status, "text/html; charset=utf-8", page(m.status, text, id, false, arena), false};
    case Caller::other:
      break;
  }
  if (m.kind == Kind::redirect) return {m.status, "text/plain; charset=utf-8", PmrString(&arena), false};
  return {m.status, "application/problem+json", problem_json(m.status, m.name, text, id, arena), again};
}

}  // namespace

Caller caller_of(const Exchange& ex) {
  const auto& request = ex.request;
  if (request.verb == Verb::post) {
    const auto type = request.fields.get(Field::content_type);
    auto essence = type.substr(0, type.find(';'));
    while (essence.ends_with(' ') || essence.ends_with('\t')) essence.remove_suffix(1);
    if (request.path.starts_with("/xmlrpc/") || iequals(essence, "text/xml")) return Caller::xml_rpc;
    const bool rest = request.path.starts_with("/json/1/") || request.path.starts_with("/json/2/") ||
                      ex.record.path_class == "webhook";
    if (iequals(essence, "application/json") && !rest) return Caller::json_rpc;
    return Caller::other;
  }
  if (request.verb != Verb::get && request.verb != Verb::head) return Caller::other;
  return request.fields.get(Field::accept).find("text/html") != std::string_view::npos ? Caller::page : Caller::other;
}

Response answer_for(const Exchange& ex, const Refusal& refusal) {
  const Meaning& m = meaning(refusal.code);
  const auto text = plain(refusal.text.empty() ? m.text : refusal.text, ex.arena);
  auto rendered = render(ex, m, text);
  Response response(ex.arena);
  auto& fields = response.head.fields;
  response.head.status = rendered.status;
  if (!rendered.text.empty()) fields.add(Field::content_type, rendered.content_type);
  fields.add(Field::cache_control, "no-store");
  if (refusal.code == Errc::method_not_allowed)
    fields.add(Field::allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (refusal.code == Errc::upgrade_required) fields.add("Sec-WebSocket-Version", "13");
  if (refusal.fields)
    for (const auto& e : *refusal.fields) fields.set(e.name, e.value);
  if (rendered.retry_after && !fields.has(Field::retry_after)) fields.add(Field::retry_after, kRetryAfter);
  if (!m.proxy_status.empty()) {
    PmrString status("gatehouse; error=", &ex.arena);
    status.append(m.proxy_status).append("; details=\"").append(m.name);
    if (!refusal.policy.empty()) status.append(" by ").append(refusal.policy);
    status += '"';
    fields.add("Proxy-Status", fields.keep(status));
  }
  response.length = rendered.text.size();
  response.body = std::make_unique<ArenaBody>(std::move(rendered.text));
  return response;
}

}  // namespace gatehouse::server
