#include "proxy/core/spool.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <string>

using namespace gatehouse;
using config::Bytes;

namespace {

struct Scene {
  explicit Scene(Bytes memory, Bytes disk, Bytes total = Bytes{1 << 30})
      : space({.memory = memory, .disk = disk, .total = total, .directory = std::filesystem::temp_directory_path()}) {}
  Spool spool(Spool::Mode mode) { return Spool(space, buffers, context.get_executor(), mode); }
  net::io_context context;
  BufferPool buffers;
  SpoolSpace space;
};

std::string bytes(std::size_t n, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text(n, '\0');
  for (auto& c : text) c = static_cast<char>(random());
  return text;
}

std::string read_all(Spool& spool, std::size_t at_most = std::string::npos) {
  std::string all;
  while (all.size() < at_most) {
    const auto piece = spool.front();
    if (!piece || piece->empty()) break;
    const auto n = std::min(piece->size(), at_most - all.size());
    all.append(piece->data(), n);
    spool.consume(n);
  }
  return all;
}

}  // namespace

TEST_CASE("spool: a small message stays in memory and comes out as it went in", "[core][spool]") {
  Scene scene(Bytes{64 << 10}, Bytes{1 << 20});
  auto spool = scene.spool(Spool::Mode::rewindable);
  const auto message = bytes(40'000);
  CHECK(spool.append(message) == message.size());
  spool.finish();
  CHECK(read_all(spool) == message);
  CHECK(spool.finished());
  CHECK_FALSE(spool.on_disk());
  spool.rewind();
  CHECK(read_all(spool) == message);
}

TEST_CASE("spool: past its memory a message goes on to disk, whole and in order, and can be read again",
          "[core][spool]") {
  Scene scene(Bytes{20'000}, Bytes{1 << 20});
  auto spool = scene.spool(Spool::Mode::rewindable);
  const auto message = bytes(500'000);
  for (std::size_t at = 0; at < message.size(); at += 7'000) {
    const auto piece = std::string_view(message).substr(at, 7'000);
    CHECK(spool.append(piece) == piece.size());
  }
  spool.finish();
  CHECK(spool.on_disk());
  CHECK(read_all(spool) == message);
  spool.rewind();
  CHECK(read_all(spool, 300'000) == message.substr(0, 300'000));
  CHECK(read_all(spool) == message.substr(300'000));
}

TEST_CASE("spool: a stream of any length passes through a bounded ring on disk", "[core][spool]") {
  Scene scene(Bytes{20'000}, Bytes{100'000});
  auto spool = scene.spool(Spool::Mode::streaming);
  const auto message = bytes(3'000'000);
  std::mt19937 random(7);
  std::string out;
  std::size_t at = 0;
  while (out.size() < message.size()) {
    at += spool.append(std::string_view(message).substr(at, random() % 50'000));
    out += read_all(spool, random() % 50'000);
    CHECK(at - out.size() <= 120'000);
  }
  CHECK(out == message);
}

TEST_CASE("spool: a full ring takes no more until the reader makes room", "[core][spool]") {
  Scene scene(Bytes{20'000}, Bytes{50'000});
  auto spool = scene.spool(Spool::Mode::streaming);
  const auto message = bytes(100'000);
  const auto taken = spool.append(message);
  CHECK(taken == 70'000);
  CHECK(spool.append(std::string_view("x")) == 0);
  CHECK(read_all(spool) == message.substr(0, taken));
  CHECK(spool.append(std::string_view(message).substr(taken)) == message.size() - taken);
}

TEST_CASE("spool: the node's total bounds what is on disk, and is given back", "[core][spool]") {
  Scene scene(Bytes{10'000}, Bytes{64 << 20}, Bytes{2 << 20});
  {
    auto spool = scene.spool(Spool::Mode::rewindable);
    const auto taken = spool.append(bytes(4 << 20));
    CHECK(taken < (3u << 20));
    CHECK(spool.disk_error().value() == ENOSPC);
    CHECK(scene.space.failures() == 1);
    CHECK(scene.space.used() > 0);
  }
  CHECK(scene.space.used() == 0);
}

TEST_CASE("spool: a disk that cannot be written is an error, not a crash, and memory still serves", "[core][spool]") {
  Scene scene(Bytes{10'000}, Bytes{1 << 20});
  SpoolSpace nowhere({.memory = Bytes{10'000}, .disk = Bytes{1 << 20}, .directory = "/nonexistent"});
  Spool spool(nowhere, scene.buffers, scene.context.get_executor(), Spool::Mode::streaming);
  const auto message = bytes(50'000);
  CHECK(spool.append(message) == 10'000);
  CHECK(spool.disk_error());
  CHECK(read_all(spool) == message.substr(0, 10'000));
  CHECK(spool.append(std::string_view(message).substr(10'000)) == 10'000);
}

TEST_CASE("spool: an error of the writer reaches the reader after the last byte", "[core][spool]") {
  Scene scene(Bytes{64 << 10}, Bytes{1 << 20});
  auto spool = scene.spool(Spool::Mode::streaming);
  spool.append(std::string_view("half"));
  spool.finish(Error{Errc::upstream_truncated});
  CHECK(read_all(spool) == "half");
  const auto end = spool.front();
  REQUIRE(end.has_error());
  CHECK(end.error().code == Errc::upstream_truncated);
}
