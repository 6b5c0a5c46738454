// The three formats of the access log.
#include <array>

#include "proxy/core/access_log.hpp"

namespace gatehouse {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMaxPath = 2 << 10;
constexpr std::size_t kMaxText = 512;  // of any other word that the client chose

// Requests whose query may hold a password or a token that is one. By class, and by path where the class says too
// little: only a POST is a login, and a tenant's own class hides the one it is like.
constexpr std::string_view kPrivateClasses[] = {"login", "rpc", "database"};
constexpr std::string_view kPrivatePaths[] = {"/web/login",   "/web/signup",   "/web/reset_password",
                                              "/web/session", "/web/database", "/auth_oauth",
                                              "/xmlrpc",      "/jsonrpc",      "/json"};

bool is_private(const Exchange& exchange) {
  for (const auto name : kPrivateClasses)
    if (exchange.record.path_class == name) return true;
  for (const auto prefix : kPrivatePaths)
    if (exchange.request.path.starts_with(prefix)) return true;
  return false;
}

std::string_view without_query(std::string_view target) { return target.substr(0, target.find('?')); }

// The target as far as the log may show it.
std::string_view shown_target(const Exchange& exchange) {
  const std::string_view target = exchange.request.target;
  return (is_private(exchange) ? without_query(target) : target).substr(0, kMaxPath);
}

// An object on one line: begins with its construction, ends with its destruction.
class JsonLine {
 public:
  explicit JsonLine(std::string& out) : out_(out) { out_ += '{'; }
  ~JsonLine() { out_ += "}\n"; }
  JsonLine(const JsonLine&) = delete;

  std::string& key(std::string_view name) {
    if (!std::exchange(first_, false)) out_ += ',';
    ((out_ += '"') += name) += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value.substr(0, kMaxText)); }
  void text_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void path(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  template <class Integer>
  void number(std::string_view name, Integer value) {
    append_number(key(name), value);
  }
  void milliseconds(std::string_view name, nanoseconds value) { append_milliseconds(key(name), value); }
  // `append` writes what needs no escape.
  template <class Append>
  void quoted(std::string_view name, Append append) {
    key(name) += '"';
    append(out_);
    out_ += '"';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view pool_of(const Record& record) { return record.websocket_pool ? "websocket" : "web"; }
std::string_view protocol_of(const RequestHead& head) { return head.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1"; }

std::string_view fault_name(Fault fault) {
  constexpr std::array<std::string_view, 5> kNames{"client", "policy", "capacity", "upstream", "ours"};
  return kNames[static_cast<std::size_t>(fault)];
}

void append_number_or_dash(std::string& out, std::uint64_t number) {
  if (number > 0) append_number(out, number);
  else out += '-';
}

void append_apache_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_apache(out, text.empty() ? "-" : text.substr(0, kMaxText));
  out += '"';
}

void add_traefik_client(JsonLine& line, const Client& client) {
  line.quoted("ClientAddr", [&](std::string& o) {
    if (client.peer.address().is_v6()) o += '[';
    append_address(o, client.peer.address());
    append_number(o += client.peer.address().is_v6() ? "]:" : ":", client.peer.port());
  });
  line.quoted("ClientHost", [&](std::string& o) { append_address(o, client.address); });
  line.quoted("ClientPort", [&](std::string& o) { append_number(o, client.peer.port()); });
  line.text("ClientUsername", "-");
}

void add_traefik_request(JsonLine& line, const Exchange& exchange) {
  const RequestHead& head = exchange.request;
  line.text("RequestAddr", head.host);
  line.number("RequestContentSize", exchange.record.bytes_in);
  line.text("RequestHost", head.host);
  line.text("RequestMethod", head.method);
  line.path("RequestPath", shown_target(exchange));
  line.quoted("RequestPort", [&](std::string& o) { append_number_or_dash(o, head.port); });
  line.text("RequestProtocol", protocol_of(head));
  line.text("RequestScheme", exchange.client.tls ? "https" : "http");
}

}  // namespace

void format_gatehouse(std::string& out, const Exchange& exchange) {
  const Record& record = exchange.record;
  const RequestHead& head = exchange.request;
  JsonLine line(out);
  line.quoted("time", [&](std::string& o) { append_time(o, record.time); });
  line.text("request_id", record.request_id);
  line.text("tenant", record.tenant);
  line.text("host", head.host);
  line.quoted("client", [&](std::string& o) { append_address(o, exchange.client.address); });
  line.text("listener", exchange.client.listener);
  line.text("method", head.method);
  line.path("path", shown_target(exchange));
  line.text("protocol", protocol_of(head));
  line.text("class", record.path_class);
  line.number("status", record.status);
  line.number("bytes_in", record.bytes_in);
  line.number("bytes_out", record.bytes_out);
  line.milliseconds("duration_ms", Clock::now() - record.started);
  line.milliseconds("queue_ms", record.queue);
  line.milliseconds("upstream_ms", record.upstream);
  line.text("pool", pool_of(record));
  line.text_if_any("endpoint", record.endpoint);
  if (record.cause) {
    line.text("cause", meaning(*record.cause).name);
    line.text("fault", fault_name(meaning(*record.cause).fault));
  }
  line.text_if_any("policy", record.policy);
  line.number("retries", record.retries);
  line.text("user_agent", head.fields.get(Field::user_agent));
}

// Names of Traefik's JSON access log, so that its dashboards and parsers go on working.
void format_traefik(std::string& out, const Exchange& exchange) {
  const Record& record = exchange.record;
  const RequestHead& head = exchange.request;
  const nanoseconds duration = Clock::now() - record.started;
  JsonLine line(out);
  add_traefik_client(line, exchange.client);
  line.number("DownstreamContentSize", record.bytes_out);
  line.number("DownstreamStatus", record.status);
  line.number("Duration", duration.count());
  line.number("OriginContentSize", record.endpoint.empty() ? 0 : record.bytes_out);
  line.number("OriginDuration", record.upstream.count());
  line.number("OriginStatus", record.endpoint.empty() || record.cause ? 0 : record.status);
  line.number("Overhead", (duration - record.upstream).count());
  add_traefik_request(line, exchange);
  line.number("RetryAttempts", record.retries);
  if (!record.tenant.empty()) {
    line.quoted("RouterName", [&](std::string& o) { (o += record.tenant) += "@gatehouse"; });
    line.quoted("ServiceName",
                [&](std::string& o) { (((o += record.tenant) += '-') += pool_of(record)) += "@gatehouse"; });
  }
  line.text_if_any("ServiceAddr", record.endpoint);
  line.quoted("StartUTC", [&](std::string& o) { append_time(o, record.time); });
  line.text("downstream_X-Request-Id", record.request_id);
  line.text("entryPointName", exchange.client.listener);
  line.text("level", "info");
  line.text("msg", "");
  line.text("request_User-Agent", head.fields.get(Field::user_agent));
  line.quoted("time", [&](std::string& o) {
    append_time(o, record.time + std::chrono::duration_cast<std::chrono::system_clock::duration>(duration));
  });
}

// Apache's combined format. The referer without its query: it is a page of the tenant's, with all that its address
// holds.
void format_combined(std::string& out, const Exchange& exchange) {
  const Record& record = exchange.record;
  const RequestHead& head = exchange.request;
  append_address(out, exchange.client.address);
  append_apache_time(out += " - - [", record.time);
  out += "] \"";
  if (head.method.empty()) {
    out += '-';
  } else {
    append_apache(out, head.method.substr(0, kMaxText));
    append_apache(out += ' ', shown_target(exchange));
    (out += ' ') += protocol_of(head);
  }
  append_number(out += "\" ", record.status);
  out += ' ';
  append_number_or_dash(out, record.bytes_out);
  append_apache_quoted(out += ' ', without_query(head.fields.get(Field::referer)));
  append_apache_quoted(out += ' ', head.fields.get(Field::user_agent));
  out += '\n';
}

}  // namespace gatehouse
