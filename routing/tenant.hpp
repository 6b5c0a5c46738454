// A tenant as the data plane uses it: parsed, merged with its tier, immutable, shared by all workers.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "config/units.hpp"
#include "proxy/core/handler.hpp"
#include "routing/limits.hpp"
#include "routing/path_class.hpp"

namespace gatehouse::upstream {
class Backend;  // the tenant's pools at work: slots, queue, health. Routing carries it and never looks inside
}

namespace gatehouse::routing {

struct EndpointSpec {
  config::HostPort address;  // an address, or a name that is resolved again and again
  unsigned weight = 1;
  bool operator==(const EndpointSpec&) const = default;
};

struct PoolSpec {
  std::vector<EndpointSpec> endpoints;
  std::optional<config::HostPort> dns;  // instead of endpoints: every address of the name is one
  unsigned max_in_flight = 0;           // requests of one endpoint; 0: no limit
  bool keep_alive = false;              // false: Odoo's web port, one connection per request
  std::string host;                     // the Host it is sent; empty: the client's
  unsigned max_sockets = 0;             // open websockets of the tenant; 0: no limit
  config::Duration tunnel_idle{3'600'000};
  bool operator==(const PoolSpec&) const = default;
  bool empty() const { return endpoints.empty() && !dns; }
};

struct OdooSpec {
  unsigned version = 0;   // 0: not said
  unsigned workers = 0;   // of one endpoint; 0: not said, so no cap (check warns)
  bool threaded = false;  // one port for all; websockets go to `web` outside its slots
  std::optional<config::Duration> time_limit_real;
};

struct HostSpec {
  std::string name;      // "a.example.com" or "*.example.com" (one label); lower-case A-labels
  std::string redirect;  // 308 to this host, for GET and HEAD of pages; empty: none
};

enum class State : std::uint8_t { active, maintenance, suspended };

struct Suspension {
  std::string reason;
  std::vector<config::Network> allow;
  std::vector<PathClass> keep;  // classes that still reach Odoo
};

struct Maintenance {
  std::optional<std::chrono::sys_seconds> until;
  std::string message;
  std::vector<config::Network> allow;
};

struct SessionCookie {
  enum class SameSite : std::uint8_t { keep, lax, none };
  bool secure = true;                  // on TLS
  SameSite same_site = SameSite::lax;  // only where Odoo set none
};

// A tenant's own path class: "/shop/feed.xml" is like a report. A trailing * matches any rest.
struct OwnClass {
  std::string name;
  std::vector<std::string> paths;
  PathClass like = PathClass::page;
};

struct Tenant {
  std::string id;
  std::string tier;
  std::string region;
  std::map<std::string, std::string> labels;
  std::vector<HostSpec> hosts;
  State state = State::active;
  Suspension suspension;
  Maintenance maintenance;
  std::optional<std::chrono::sys_seconds> expires_at;
  bool suspend_on_expiry = false;
  OdooSpec odoo;
  PoolSpec web, websocket;  // its own, or copied from the shared pool
  std::string pool;         // name of the shared pool; empty: its own
  QueueLimits queue;
  Limits limits;
  SessionCookie session_cookie;
  std::vector<OwnClass> classes;
  config::Json middlewares;  // the effective list, outer to inner: [{"path_policy": {…}}, …]

  std::uint64_t hash = 0;                      // of the effective document: equal means nothing changed
  std::uint32_t series = 0;                    // its place in the metrics, 0: `other`; set by main's attach
  HandlerPtr chain;                            // its middlewares, Forward at the end; set by main's attach
  std::shared_ptr<upstream::Backend> backend;  // likewise

  // The tenant's own classes first, then classify(); but what is websocket or database stays it, whatever a tenant
  // says. `own` receives the name of an own class.
  PathClass class_of(std::string_view path, Verb verb, std::string_view* own = nullptr) const;
  // The state in force at `now`: a passed expires_at with on_expiry: suspend suspends; a passed maintenance.until ends
  // it.
  State state_at(std::chrono::system_clock::time_point now) const;
};

using TenantPtr = std::shared_ptr<const Tenant>;

// Where each value of an effective document comes from, by path: "queue.length" → "tier dedicated".
using Origins = std::map<std::string, std::string>;

// The documents that tenants are merged with: read once from the node's configuration, ${NAME} expanded.
struct Defaults {
  config::Json limits = config::Json::object();  // the node's `limits`, the parts that a tenant may say
  std::map<std::string, config::Json> tiers;     // built-in ones included: standard, dedicated, high-resilience
  std::map<std::string, config::Json> pools;     // shared ones
  static Defaults built_in();
  // Adds the node's own `limits`, `tiers` and `pools`; tiers of a built-in name merge into it. A tier's middlewares
  // keep the order written, the built-in ones that it does not name come after. Of `limits` only the parts that a
  // tenant may say are read here: who reads the rest reports its unknown keys.
  static Defaults read(config::Reader& node);
};

// Objects merge key by key, lists and scalars replace; `middlewares` merge by name in the lower layer's place
// (`replace: true` replaces the entry, `disable: [name]` removes). Built-in → limits → tier → shared pool → tenant.
config::Json merge_tenant(const config::Json& document, const Defaults& defaults, Origins* origins = nullptr);

// Parses one tenant document (merging first). nullptr when there are errors; warnings may accompany a tenant.
// `path` is put before every problem: "tenants[3]". Chain and backend are left empty.
std::shared_ptr<Tenant> read_tenant(const config::Json& document, const Defaults& defaults, const std::string& path,
                                    config::Problems& problems);

}  // namespace gatehouse::routing
