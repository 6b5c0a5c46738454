#include "bench/replay/request.hpp"

namespace gatehouse::replay {

Request request_of(const odoo_sim::Recorded& record, const std::string& host) {
  using odoo_sim::same_name;
  Request request;
  request.version(11);
  request.method_string(record.request.method);
  request.target(record.request.target);
  const std::string* const recorded_host = record.request.find("Host");
  request.set("Host", host.empty() && recorded_host != nullptr ? *recorded_host : host);
  for (const auto& [name, value] : record.request.fields) {
    const bool ours = same_name(name, "Host") || same_name(name, "Content-Length");
    if (!ours && !name.starts_with(':')) request.insert(name, value);
  }
  request.set(boost::beast::string_view(odoo_sim::kReplayField.data(), odoo_sim::kReplayField.size()),
              std::to_string(record.number));
  request.body() = record.request.body;
  if (!request.body().empty() || record.request.method == "POST") request.content_length(request.body().size());
  return request;
}

}  // namespace gatehouse::replay
