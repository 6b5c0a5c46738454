// One request as Odoo's routes see it, and what its query says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::odoo_sim {

// Who speaks: werkzeug's development server on the web port (8069), gevent's pywsgi on the websocket port (8072).
enum class Dialect { werkzeug, gevent };

using Fields = std::vector<std::pair<std::string, std::string>>;  // in the order of arrival

bool same_name(std::string_view a, std::string_view b);         // field names: ASCII case does not matter
bool has_token(std::string_view list, std::string_view token);  // of a comma-separated list

struct Request {
  std::string method;
  std::string target;
  std::string version;  // "1.1"
  Fields fields;
  std::string body;
  // The body did not come: the client stalled longer than the socket timeout, or left.
  bool client_disconnected = false;

  // The last of that name, as a WSGI environment keeps it; nullptr when there is none.
  const std::string* find(std::string_view name) const;
  bool has(std::string_view name, std::string_view token) const;

  // odoo: %2F is decoded before routing, `//` works, a trailing slash does not matter.
  std::string path() const;
  std::optional<std::string> query(std::string_view name) const;
  std::uint64_t number(std::string_view name, std::uint64_t otherwise) const;  // of the query

  bool is_json() const;
};

std::string percent_decode(std::string_view text, bool plus_is_space);
// `text` as in a query or a form: a=1&b=2.
std::optional<std::string> form_value(std::string_view text, std::string_view name);

}  // namespace gatehouse::odoo_sim
