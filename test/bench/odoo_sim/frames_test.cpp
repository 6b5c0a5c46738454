#include "bench/odoo_sim/frames.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::odoo_sim;

TEST_CASE("frames: what is encoded is read back, masked or not, at every size of length") {
  for (const std::size_t size : {0, 1, 125, 126, 65535, 65536, 100000}) {
    for (const bool masked : {false, true}) {
      std::string bytes =
          encode(text_frame(std::string(size, 'x')), masked ? std::optional(0x12345678u) : std::nullopt);
      FrameReader reader(1 << 20);
      const auto frame = reader.next(bytes);
      REQUIRE(frame.has_value());
      CHECK(frame->payload == std::string(size, 'x'));
      CHECK(frame->masked == masked);
      CHECK(bytes.empty());
    }
  }
}

TEST_CASE("frames: a frame in pieces waits for its last byte") {
  const std::string bytes = encode(text_frame("hello"), 1u);
  std::string buffer;
  FrameReader reader(1 << 20);
  for (const char c : bytes) {
    CHECK_FALSE(reader.next(buffer).has_value());
    buffer += c;
  }
  CHECK(reader.next(buffer)->payload == "hello");
}

TEST_CASE("frames: too big is 1009, nonsense is 1002") {
  FrameReader small(10);
  std::string bytes = encode(text_frame("hello world"));
  CHECK_FALSE(small.next(bytes).has_value());
  CHECK(small.problem() == 1009);
  FrameReader strict(10);
  bytes = "\xf1\x01x";  // reserved bits: an extension nobody agreed on
  CHECK_FALSE(strict.next(bytes).has_value());
  CHECK(strict.problem() == 1002);
}

TEST_CASE("frames: a close frame has its code") {
  CHECK(close_frame(4001, "SESSION_EXPIRED").close_code() == 4001);
  CHECK(Frame{.opcode = Frame::close}.close_code() == 1005);
}
