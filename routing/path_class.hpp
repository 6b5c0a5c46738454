// What kind of work a path is for an Odoo: it decides pool, time limit, queue priority and who may have it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/core/message.hpp"

namespace gatehouse::routing {

enum class PathClass : std::uint8_t {
  page,    // whatever is nothing else: pages and the web client's calls
  login,   // POST only: a password check costs the worker up to a second of CPU
  rpc,     // /xmlrpc, /jsonrpc, /json/1, /json/2
  report,  // minutes long
  upload,
  static_file,  // /<module>/static/…
  asset,        // /web/assets/…, /web/content and /web/image with a hash
  health,
  database,  // the database manager
  webhook,
  mail,       // the mail gateway: held, not refused
  hairpin,    // wkhtmltopdf in the pod fetching its assets; decided by the client's address, see upstream/forward
  websocket,  // to the websocket pool, and nothing else ever goes there
};
inline constexpr std::size_t kPathClasses = static_cast<std::size_t>(PathClass::websocket) + 1;

std::string_view name(PathClass path_class);  // "static" for static_file
std::optional<PathClass> path_class_named(std::string_view name);

// `path` is decoded and normalised: no //, no dot segments, no trailing slash but for "/". Case-sensitive, as Odoo is.
// `odoo_version` 0: unknown; /longpolling/* is websocket for 14 and 15 and when unknown.
PathClass classify(std::string_view path, Verb verb, unsigned odoo_version);

}  // namespace gatehouse::routing
