// Heads to bytes. The one place where what we send is framed; everything is written canonically from parsed values.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proxy/core/exchange.hpp"
#include "proxy/core/message.hpp"

namespace gatehouse::http {

// How a request goes upstream.
struct UpstreamRequest {
  std::string_view host;                 // the Host it is sent, port included
  std::uint64_t content_length = 0;      // of the spooled body; written when has_body
  bool has_body = false;                 // a body was declared, perhaps an empty one
  bool keep_alive = false;               // false: Connection: close
  std::span<const Fields::Entry> own{};  // managed names that we have something to say in (X-Odoo-Database)
};

// Appends the head of a request as it goes upstream: our Host, framing and forwarded fields (exactly one each of
// X-Forwarded-Host, -For, -Proto, and X-Request-Id), the client's end-to-end fields without those that only we may say
// (forwarded.hpp), the websocket handshake when `head.websocket`.
void write_request(std::string& out, const RequestHead& head, const Client& client, std::string_view request_id,
                   const UpstreamRequest& how);

// How an answer goes to the client.
struct ClientResponse {
  int minor_version = 1;  // what the client spoke; the status line is always HTTP/1.1
  bool keep_alive = true;
  std::optional<std::uint64_t> length;
  bool chunked = false;
  bool no_body = false;  // 1xx, 204, 304, or the answer to HEAD: framing fields as RFC 9110 §8.6 allows
};
void write_response(std::string& out, const ResponseHead& head, const ClientResponse& how);

// "1f4\r\n" before a chunk's bytes; the CRLF behind it is the caller's. Returns the length written.
std::size_t write_chunk_size(char (&into)[20], std::size_t size);

// "Sun, 22 Nov 2026 00:40:27 GMT" (RFC 9110 §5.6.7), rendered once a second and thread.
std::string_view http_date();

}  // namespace gatehouse::http
