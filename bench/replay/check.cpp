#include "bench/replay/check.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "bench/odoo_sim/digest.hpp"

namespace gatehouse::replay {
namespace {

using odoo_sim::Recorded;
using odoo_sim::same_name;

constexpr std::array kNotCompared = {"connection", "keep-alive", "date", "server", "sec-websocket-accept"};

std::string_view name_and_value(std::string_view cookie) { return cookie.substr(0, cookie.find(';')); }

std::vector<std::string> values_of(const Fields& fields, std::string_view name) {
  std::vector<std::string> values;
  const auto [first, last] = fields.equal_range(boost::beast::string_view(name.data(), name.size()));
  for (auto field = first; field != last; ++field) values.emplace_back(field->value());
  return values;
}

std::vector<std::string> values_of(const odoo_sim::Fields& fields, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& field : fields)
    if (same_name(field.first, name)) values.push_back(field.second);
  return values;
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " | ") + value;
  return text.empty() ? "(none)" : text;
}

Verdict check_field(const Recorded& record, const std::string& name, const Fields& fields, bool through_edge) {
  auto expected = values_of(record.answer, name);
  auto got = values_of(fields, name);
  if (same_name(name, "Set-Cookie")) {
    for (auto* values : {&expected, &got})
      for (auto& value : *values) value = name_and_value(value);
    const bool may_set = record.status != 101 || !through_edge;
    if (!may_set) std::erase_if(expected, [](const auto& value) { return value.starts_with("session_id="); });
  }
  if (expected == got) return {};
  return {"field " + name, "expected " + joined(expected) + ", got " + joined(got)};
}

Verdict check_route(const Recorded& record, const Fields& fields) {
  const std::string expected = record.request.path().starts_with("/websocket") ? "websocket" : "web";
  const std::string got = joined(values_of(fields, odoo_sim::kPortField));
  if (expected == got) return {};
  return {"route", "expected to go to " + expected + ", went to " + got};
}

}  // namespace

Verdict check_head(const Recorded& record, unsigned status, const Fields& fields, bool through_edge) {
  if (static_cast<int>(status) != record.status)
    return {"status", "expected " + std::to_string(record.status) + ", got " + std::to_string(status)};
  if (Verdict verdict = check_route(record, fields); !verdict.good()) return verdict;
  if (const auto differs = values_of(fields, odoo_sim::kDiffersField); !differs.empty())
    return {"request", "arrived with another " + joined(differs)};
  for (const auto& [name, value] : record.answer) {
    const auto is = [&name = name](const char* other) { return same_name(name, other); };
    if (std::any_of(kNotCompared.begin(), kNotCompared.end(), is)) continue;
    if (Verdict verdict = check_field(record, name, fields, through_edge); !verdict.good()) return verdict;
  }
  if (status != 101) return {};
  const std::string* const key = record.request.find("Sec-WebSocket-Key");
  if (key != nullptr && fields["Sec-WebSocket-Accept"] == odoo_sim::websocket_accept(*key)) return {};
  return {"field Sec-WebSocket-Accept", "does not belong to the key"};
}

Verdict check_body(const Recorded& record, const std::string& body) {
  if (body.size() != record.body_size)
    return {"body length", "expected " + std::to_string(record.body_size) + ", got " + std::to_string(body.size())};
  if (body != record.body().all()) return {"body", "its bytes differ"};
  return {};
}

}  // namespace gatehouse::replay
