#include "proxy/http/serialise.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <ctime>

#include <boost/beast/http/status.hpp>

#include "proxy/http/connection_options.hpp"
#include "proxy/http/forwarded.hpp"

namespace gatehouse::http {
namespace {

constexpr std::string_view kEnd = "\r\n";
constexpr std::size_t kOwnSize = 512;  // about what we add to the fields that are relayed

void append_number(std::string& out, std::uint64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append(kEnd);
}

// IPv4 by hand: glibc's inet_ntop goes through sprintf.
void append_address(std::string& out, const net::ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i > 0) out += '.';
      append_number(out, bytes[i]);
    }
    return;
  }
  char text[INET6_ADDRSTRLEN];
  const auto bytes = address.to_v6().to_bytes();
  out += ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
}

void append_length(std::string& out, std::uint64_t length) {
  out += "Content-Length: ";
  append_number(out, length);
  out += kEnd;
}

std::size_t size_of(const Fields& fields) {
  std::size_t size = 0;
  for (const auto& e : fields) size += e.name.size() + e.value.size() + 4;
  return size;
}

// Exactly one of each, whatever the client sent.
void append_forwarded(std::string& out, const RequestHead& head, const Client& client) {
  if (!head.host.empty()) {
    out += "X-Forwarded-Host: ";
    append_forwarded_host(out, head, client.tls);
    out += kEnd;
  }
  out += "X-Forwarded-For: ";
  append_address(out, client.address);
  out += client.tls ? "\r\nX-Forwarded-Proto: https\r\n" : "\r\nX-Forwarded-Proto: http\r\n";
}

// Members of the head, or written here: a policy cannot add a second one.
bool is_relayed_request(const Fields::Entry& field) {
  if (field.id == Field::host || field.id == Field::expect || is_hop_by_hop(field)) return false;
  return (field.id != Field::unknown && field.id != Field::forwarded) || !is_managed(field.name);
}

// Beast's table says "<unknown-status>" where it has no phrase; clients expect one at 103, and elsewhere do without.
std::string_view reason_of(const ResponseHead& head) {
  if (!head.reason.empty()) return head.reason;
  if (head.status == 103) return "Early Hints";
  const std::string_view known = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(head.status));
  return known.starts_with('<') ? std::string_view() : known;
}

void append_response_framing(std::string& out, unsigned status, const ClientResponse& how) {
  if (status == 101) {
    out += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    return;
  }
  if (status < 200) return;
  if (how.length && status != 204) append_length(out, *how.length);
  else if (how.chunked && !how.no_body) out += "Transfer-Encoding: chunked\r\n";
  if (!how.keep_alive) out += "Connection: close\r\n";
  else if (how.minor_version == 0) out += "Connection: keep-alive\r\n";
}

}  // namespace

void write_request(std::string& out, const RequestHead& head, const Client& client, std::string_view request_id,
                   const UpstreamRequest& how) {
  out.reserve(out.size() + kOwnSize + head.target.size() + how.host.size() + size_of(head.fields));
  out.append(head.method).append(" ").append(head.target).append(" HTTP/1.1\r\n");
  append_field(out, "Host", how.host);
  append_forwarded(out, head, client);
  append_field(out, "X-Request-Id", request_id);
  for (const auto& e : how.own) append_field(out, e.name, e.value);
  for (const auto& e : head.fields)
    if (is_relayed_request(e)) append_field(out, e.name, e.value);
  if (how.has_body) append_length(out, how.content_length);
  if (head.websocket) out += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  else if (!how.keep_alive) out += "Connection: close\r\n";
  out += kEnd;
}

void write_response(std::string& out, const ResponseHead& head, const ClientResponse& how) {
  out.reserve(out.size() + kOwnSize + size_of(head.fields));
  out += "HTTP/1.1 ";
  append_number(out, head.status);
  out.append(" ").append(reason_of(head)).append(kEnd);
  bool dated = head.status < 200;
  for (const auto& e : head.fields) {
    if (is_hop_by_hop(e)) continue;
    dated |= e.id == Field::date;
    append_field(out, e.name, e.value);
  }
  if (!dated) append_field(out, "Date", http_date());
  append_response_framing(out, head.status, how);
  out += kEnd;
}

std::size_t write_chunk_size(char (&into)[20], std::size_t size) {
  char* const end = std::to_chars(into, into + 16, size, 16).ptr;
  std::memcpy(end, kEnd.data(), kEnd.size());
  return static_cast<std::size_t>(end - into) + kEnd.size();
}

std::string_view http_date() {
  constexpr char kDays[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr char kMonths[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t rendered = -1;
  thread_local char text[64];
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != rendered) {
    std::tm t{};
    ::gmtime_r(&now, &t);
    size = static_cast<std::size_t>(std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                                  kDays[t.tm_wday], t.tm_mday, kMonths[t.tm_mon], t.tm_year + 1900,
                                                  t.tm_hour, t.tm_min, t.tm_sec));
    rendered = now;
  }
  return {text, size};
}

}  // namespace gatehouse::http
