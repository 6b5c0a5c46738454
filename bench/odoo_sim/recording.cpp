#include "bench/odoo_sim/recording.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench/odoo_sim/digest.hpp"

namespace gatehouse::odoo_sim {
namespace {

using Json = nlohmann::json;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kMaxFrame = 1000;
constexpr std::size_t kCloseFrame = 4;
// Belonging to one connection, to the Host that the replay chose, or rewritten by an edge that compresses.
constexpr std::array kNotCompared = {"host",    "connection",        "keep-alive",
                                     "te",      "content-length",    "accept-encoding",
                                     "upgrade", "sec-websocket-key", "sec-websocket-extensions"};

std::string read_all(const std::string& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");  // reads plain files, too
  if (file == nullptr) throw std::runtime_error("recording: cannot open (" + path + ")");
  std::string text;
  std::array<char, 65536> piece{};
  int size = 0;
  while ((size = ::gzread(file, piece.data(), piece.size())) > 0)
    text.append(piece.data(), static_cast<std::size_t>(size));
  ::gzclose(file);
  if (size < 0) throw std::runtime_error("recording: damaged (" + path + ")");
  return text;
}

Fields fields_of(const Json& pairs) {
  Fields fields;
  for (const auto& pair : pairs) fields.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  return fields;
}

// HTTP/2 splits a cookie field; what speaks HTTP/1.1 joins the crumbs (RFC 9113, 8.2.3).
Fields with_joined_cookies(const Fields& fields) {
  Fields joined;
  std::optional<std::size_t> cookie;
  for (const auto& field : fields) {
    const bool crumb = same_name(field.first, "cookie");
    if (crumb && cookie) {
      joined[*cookie].second += "; " + field.second;
      continue;
    }
    if (crumb) cookie = joined.size();
    joined.push_back(field);
  }
  return joined;
}

RecordedWebsocket websocket_of(const Json& json) {
  RecordedWebsocket websocket;
  websocket.down_bytes = json.at("down_bytes");
  websocket.lifetime = Milliseconds(json.at("lifetime_ms").get<double>());
  for (const auto& frame : json.at("client_frames")) {
    const int opcode = frame.at("op");
    if (opcode == 8) websocket.closed_by_client = true;
    else websocket.client_frames.push_back({opcode, frame.value("text", "")});
  }
  return websocket;
}

Recorded record_of(const Json& json, std::size_t number) {
  Recorded record;
  record.number = number;
  record.time = json.at("ts");
  record.journey = json.at("journey");
  record.request.method = json.at("method");
  record.request.target = json.at("target");
  record.request.version = json.at("http_version");
  record.request.fields = with_joined_cookies(fields_of(json.at("headers")));
  record.request.body = base64_decode(json.at("body_b64"));
  const Json& response = json.at("response");
  record.status = response.at("status");
  record.answer = fields_of(response.at("headers"));
  record.body_size = response.at("body_len");
  record.first_byte = Milliseconds(response.value("ttfb_ms", 0.0));
  record.aborted = json.value("aborted", false);
  if (json.contains("ws")) record.websocket = websocket_of(json.at("ws"));
  return record;
}

}  // namespace

std::vector<std::size_t> RecordedWebsocket::down_frames() const {
  std::vector<std::size_t> sizes;
  std::uint64_t left = down_bytes - std::min<std::uint64_t>(down_bytes, kCloseFrame);
  while (left > 4) {
    const std::size_t size = std::min<std::uint64_t>(left - 4, kMaxFrame);  // 4: the longest frame head of that size
    sizes.push_back(size);
    left -= size + 4;
  }
  return sizes;
}

Filler Recorded::websocket_text() const {
  const auto sizes = websocket ? websocket->down_frames() : std::vector<std::size_t>{};
  return {number, std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0})};
}

std::string Recorded::difference(const Request& arrived) const {
  if (arrived.method != request.method) return "method";
  if (arrived.target != request.target) return "target";
  if (arrived.body != request.body) return "body";
  for (const auto& [name, value] : request.fields) {
    const auto is = [&name = name](const char* other) { return same_name(name, other); };
    if (std::any_of(kNotCompared.begin(), kNotCompared.end(), is)) continue;
    const std::string* const found = arrived.find(name);
    if (found == nullptr || *found != value) return "field " + name;
  }
  return {};
}

Recording Recording::load(const std::string& path) {
  Recording recording;
  const std::string text = read_all(path);
  try {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (end > at)
        recording.requests_.push_back(record_of(Json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                            text.begin() + static_cast<std::ptrdiff_t>(end)),
                                                recording.requests_.size() + 1));
      at = end + 1;
    }
  } catch (const Json::exception& error) {
    throw std::runtime_error("recording: line " + std::to_string(recording.requests_.size() + 1) + ": " + error.what() +
                             " (" + path + ")");
  }
  return recording;
}

const Recorded* Recording::find(const Request& request) const {
  const std::string* const text = request.find(kReplayField);
  std::size_t number = 0;
  if (text == nullptr) return nullptr;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number >= 1 && number <= requests_.size() ? &requests_[number - 1] : nullptr;
}

}  // namespace gatehouse::odoo_sim
