// Heads parsed over memory of their own, so that a row of a table is a line.
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/request_head.hpp"
#include "proxy/http/response_head.hpp"

namespace gatehouse::http::test {

// Parses once; the views live as long as it.
struct ParsedRequest {
  explicit ParsedRequest(std::string text, const HeadLimits& limits = {})
      : bytes(std::move(text)), wrong(parse_request_head(bytes, limits, arena, head)) {}
  ParsedRequest(const ParsedRequest&) = delete;

  std::string bytes;
  std::pmr::monotonic_buffer_resource arena;
  RequestHead head{arena};
  std::optional<Errc> wrong;
};

struct ParsedResponse {
  explicit ParsedResponse(std::string text, Verb request = Verb::get, bool upgrade = false)
      : bytes(std::move(text)), wrong(parse_response_head(bytes, request, upgrade, arena, head, info)) {}
  ParsedResponse(const ParsedResponse&) = delete;

  std::string bytes;
  std::pmr::monotonic_buffer_resource arena;
  ResponseHead head{arena};
  ResponseInfo info;
  std::optional<Errc> wrong;
};

inline std::string name_of(const std::optional<Errc>& wrong) {
  return wrong ? std::string(meaning(*wrong).name) : "good";
}

// "POST / HTTP/1.1" with a good Host and the fields given, each ended by CRLF.
inline std::string post(std::string_view fields) {
  return "POST / HTTP/1.1\r\nHost: a.example\r\n" + std::string(fields) + "\r\n";
}
inline std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a.example\r\n" + std::string(fields) + "\r\n";
}

}  // namespace gatehouse::http::test
