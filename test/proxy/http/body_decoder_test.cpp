#include "proxy/http/body_decoder.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::http {
namespace {

using namespace std::string_literals;
using State = BodyDecoder::State;

constexpr Framing kChunked{Framing::Kind::chunked, 0};

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  State state = State::more;
};

// In pieces of `piece` bytes, each until nothing of it is consumed.
Decoded decode(BodyDecoder& decoder, std::string_view bytes, std::size_t piece) {
  Decoded d{{}, 0, decoder.state()};
  for (std::size_t at = 0; at < bytes.size() && decoder.state() == State::more; at += piece) {
    auto in = std::span<const char>(bytes.substr(at, piece));
    while (true) {
      const auto step = decoder.decode(in);
      d.payload.append(step.payload.data(), step.payload.size());
      d.consumed += step.consumed;
      d.state = step.state;
      if (step.consumed == 0) break;
      in = in.subspan(step.consumed);
    }
  }
  return d;
}

struct Row {
  std::string bytes;
  State state;
  std::string payload;
  std::size_t rest = 0;  // bytes behind the message
};

void check(Framing framing, const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, row.bytes.size()}) {
      if (piece == 0) continue;
      INFO(row.bytes.substr(0, 200) << " in pieces of " << piece);
      BodyDecoder decoder(framing);
      const auto d = decode(decoder, row.bytes, piece);
      CHECK(d.state == row.state);
      if (row.state == State::malformed) continue;
      CHECK(d.payload == row.payload);
      CHECK(decoder.received() == d.payload.size());
      CHECK(row.bytes.size() - d.consumed == row.rest);
    }
  }
}

std::string trailers(std::string_view lines) { return "1\r\na\r\n0\r\n" + std::string(lines) + "\r\n"; }

}  // namespace

TEST_CASE("body decoder: a length is met exactly, and what follows is left alone") {
  check({Framing::Kind::length, 5}, {
                                        {"hello", State::done, "hello"},
                                        {"helloGET /", State::done, "hello", 5},
                                        {"hell", State::more, "hell"},
                                    });
  BodyDecoder empty({Framing::Kind::length, 0});
  CHECK(empty.state() == State::done);
  CHECK(empty.decode(std::string_view("x")).consumed == 0);
  CHECK(BodyDecoder({Framing::Kind::none, 0}).state() == State::done);
  CHECK(BodyDecoder().state() == State::done);
}

TEST_CASE("body decoder: chunks are joined") {
  check(kChunked, {
                      {"5\r\nhello\r\n0\r\n\r\n", State::done, "hello"},
                      {"5\r\nhello\r\nA\r\n, my world\r\n000\r\n\r\nGET /", State::done, "hello, my world", 5},
                      {"0\r\n\r\n", State::done, ""},
                      {"a\r\n0123456789\r\n0\r\n\r\n", State::done, "0123456789"},
                      {"0000000000000001\r\nx\r\n0\r\n\r\n", State::done, "x"},
                      {"1\r\n\n\r\n0\r\n\r\n", State::done, "\n"},
                      {"5\r\nhello\r\n", State::more, "hello"},
                      {"5\r\nhel", State::more, "hel"},
                      {"5\r\nhello\r\n0\r\n", State::more, "hello"},
                      {"5\r\nhello\r\n0\r\n\r", State::more, "hello"},
                  });
}

TEST_CASE("body decoder: a chunk's size is hexadecimal digits and its line ends in CRLF") {
  std::vector<Row> rows;
  for (const char* size : {"0x5", "+5", "-5", "0_5", "5 ", " 5", "\t5", "5\t", "", "g", "5,", "5 5",
                           "10000000000000005", "00000000000000005", "ffffffffffffffffff", "5.0"})
    rows.push_back({std::string(size) + "\r\nhello\r\n0\r\n\r\n", State::malformed, ""});
  for (const char* bytes : {"5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n",
                            "5\r\nhello\r0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n", "5\r\nhello\r\n\r\n0\r\n\r\n",
                            "5\r\nhello0\r\n\r\n", "0\n\r\n", "0\r\n\n", "\r\n0\r\n\r\n"})
    rows.push_back({bytes, State::malformed, ""});
  rows.push_back({"5\0\r\nhello\r\n0\r\n\r\n"s, State::malformed, ""});
  check(kChunked, rows);
}

TEST_CASE("body decoder: extensions are skipped, bounded, and hold no line ending") {
  const auto extended = [](std::string_view extension) {
    return "5" + std::string(extension) + "\r\nhello\r\n0\r\n\r\n";
  };
  std::string many;
  for (int i = 0; i < 300; ++i) many += "1;a=b\r\nx\r\n";
  check(kChunked, {
                      {extended(";a"), State::done, "hello"},
                      {extended(";a=b;c=\"d e\""), State::done, "hello"},
                      {extended(" \t;a=b"), State::done, "hello"},
                      {extended(";" + std::string(1023, 'a')), State::done, "hello"},
                      {extended(";" + std::string(1024, 'a')), State::malformed, ""},
                      {extended(";" + std::string(64 << 10, 'a')), State::malformed, ""},
                      {many, State::malformed, ""},
                      {extended(";a\rb"), State::malformed, ""},
                      {extended(";a\nb"), State::malformed, ""},
                      {extended(";a\0b"s), State::malformed, ""},
                      {extended(" a"), State::malformed, ""},
                      {extended(std::string(2000, ' ')), State::malformed, ""},
                      {"5;a\nhello\r\n0\r\n\r\n", State::malformed, ""},
                      {"0;a=b\r\n\r\n", State::done, ""},
                  });
}

TEST_CASE("body decoder: trailers are checked, bounded and dropped") {
  check(kChunked,
        {
            {trailers("X: y\r\n"), State::done, "a"},
            {trailers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: x\r\nAuthorization: y\r\n") + "z",
             State::done, "a", 1},
            {trailers("X:\r\nY: \t\x80\r\n"), State::done, "a"},
            {trailers("X: y\n"), State::malformed, ""},
            {trailers("X: y\rz\r\n"), State::malformed, ""},
            {trailers("X: y\0\r\n"s), State::malformed, ""},
            {trailers("X: y\r\n z\r\n"), State::malformed, ""},
            {trailers("X : y\r\n"), State::malformed, ""},
            {trailers(": y\r\n"), State::malformed, ""},
            {trailers("X\r\n"), State::malformed, ""},
            {trailers("X: " + std::string(4093, 'a') + "\r\n"), State::malformed, ""},
            {trailers("X: " + std::string(4000, 'a') + "\r\n"), State::done, "a"},
            {"0\r\nGET / HTTP/1.1\r\n\r\n", State::malformed, ""},
        });
}

TEST_CASE("body decoder: the end of the connection is the end of a body only where nothing else tells") {
  BodyDecoder endless({Framing::Kind::until_eof, 0});
  CHECK(decode(endless, "any bytes\r\n0\r\n\r\n", 4).state == State::more);
  CHECK(endless.received() == 16);
  CHECK(endless.finish());
  CHECK(endless.state() == State::done);

  BodyDecoder nothing({Framing::Kind::until_eof, 0});
  CHECK(nothing.finish());

  BodyDecoder cut({Framing::Kind::length, 5});
  decode(cut, "hell", 4);
  CHECK_FALSE(cut.finish());
  decode(cut, "o", 1);
  CHECK(cut.finish());

  BodyDecoder chunked(kChunked);
  decode(chunked, "5\r\nhello\r\n0\r\n", 100);
  CHECK_FALSE(chunked.finish());
  decode(chunked, "\r\n", 100);
  CHECK(chunked.finish());
}

TEST_CASE("body decoder: a malformed body stays so") {
  BodyDecoder decoder(kChunked);
  CHECK(decode(decoder, "x", 1).state == State::malformed);
  const auto step = decoder.decode(std::string_view("0\r\n\r\n"));
  CHECK(step.consumed == 0);
  CHECK(step.state == State::malformed);
  CHECK_FALSE(decoder.finish());
}

}  // namespace gatehouse::http
