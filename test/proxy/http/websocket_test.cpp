#include "proxy/http/websocket.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::http {
namespace {

using namespace std::string_literals;

std::string frame(char first, std::size_t size, bool masked) {
  std::string f(1, first);
  const char mask = masked ? '\x80' : '\0';
  if (size < 126) f += static_cast<char>(mask | static_cast<char>(size));
  else if (size < 65536)
    f += {static_cast<char>(mask | 126), static_cast<char>(size >> 8), static_cast<char>(size & 255)};
  else {
    f += static_cast<char>(mask | 127);
    for (int shift = 56; shift >= 0; shift -= 8) f += static_cast<char>(size >> shift);
  }
  if (masked) f += "mask";
  return f + std::string(size, '\x88');
}

}  // namespace

TEST_CASE("websocket: the accept value is that of RFC 6455") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("websocket: a key is 16 bytes in base64") {
  CHECK(valid_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
  CHECK(valid_websocket_key("+/+/+/+/+/+/+/+/+/+/+w=="));
  CHECK_FALSE(valid_websocket_key(""));
  CHECK_FALSE(valid_websocket_key("dGhlIHNhbXBsZSBub25jZQ="));
  CHECK_FALSE(valid_websocket_key("dGhlIHNhbXBsZSBub25jZQ==="));
  CHECK_FALSE(valid_websocket_key("dGhlIHNhbXBsZSBub25jZQAA"));
  CHECK_FALSE(valid_websocket_key("dGhl HNhbXBsZSBub25jZQ=="));
  CHECK_FALSE(valid_websocket_key("dGhlIHNhbXBsZSBub25jZ==="));
}

TEST_CASE("websocket: the tracker knows where frames end, however the bytes are cut") {
  std::string bytes;
  std::vector<std::size_t> ends{0};
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u})
    for (const bool masked : {false, true}) {
      bytes += frame('\x82', size, masked);
      ends.push_back(bytes.size());
    }
  for (const std::size_t piece : {1u, 3u, 1000u, 1'000'000u}) {
    FrameTracker tracker;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const auto part = std::string_view(bytes).substr(at, piece);
      tracker.feed(part);
      const bool boundary = std::find(ends.begin(), ends.end(), at + part.size()) != ends.end();
      if (tracker.at_boundary() != boundary) FAIL("wrong at " << at + part.size() << " in pieces of " << piece);
    }
    CHECK(tracker.at_boundary());
    CHECK_FALSE(tracker.close_seen());
  }
}

TEST_CASE("websocket: a close frame is seen from its first byte") {
  FrameTracker tracker;
  tracker.feed("\x81\x01x\x88"s);
  CHECK(tracker.close_seen());
  CHECK_FALSE(tracker.at_boundary());
  tracker.feed("\x02\x03\xe9"s);
  CHECK(tracker.at_boundary());
  FrameTracker ours;
  ours.feed(kGoingAway);
  CHECK(ours.close_seen());
  CHECK(ours.at_boundary());
}

}  // namespace gatehouse::http
