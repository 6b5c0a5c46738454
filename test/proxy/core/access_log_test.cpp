#include "proxy/core/access_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "config/file.hpp"
#include "test/support/exchange.hpp"

using namespace gatehouse;
using gatehouse::test::TestExchange;

namespace {

// A directory that is gone after the test.
struct Directory {
  std::filesystem::path path;
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "access_log_test.XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
};

std::size_t lines_in(const std::string& path) {
  std::ifstream file(path);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) ++count;
  return count;
}

void write(AccessLog::Writer& writer, unsigned status, std::size_t times, std::optional<Errc> cause = std::nullopt) {
  TestExchange ex("GET", "/web", "a.example.com");
  ex.record.status = status;
  ex.record.cause = cause;
  for (std::size_t i = 0; i < times; ++i) writer.write(ex);
}

AccessLog::Config read(std::string_view yaml, config::Problems& problems) {
  const config::Json value = *config::parse_document(yaml, problems);
  const auto scope = std::make_shared<config::Scope>(config::Scope{problems, "/etc/gatehouse"});
  return AccessLog::Config::read(config::Reader(value, "access_log", scope));
}

}  // namespace

TEST_CASE("access log: its section") {
  config::Problems problems;
  const auto config = read("{format: traefik, path: /var/log/a.log, sample: 0.1}", problems);
  CHECK(config.format == AccessLog::Format::traefik);
  CHECK(config.path == "/var/log/a.log");
  CHECK(config.sample == 0.1);
  CHECK(read("{}", problems).path == "-");
  CHECK(read("{path: ''}", problems).path.empty());
  CHECK(read("{path: a.log}", problems).path == "/etc/gatehouse/a.log");
  CHECK(problems.empty());
  read("{sample: 2}", problems);
  CHECK(problems.any_errors());
}

TEST_CASE("access log: what writers handed over is in the file when the log is gone") {
  const Directory directory;
  {
    AccessLog log({.path = directory.file("a.log")});
    AccessLog::Writer one(log), two(log);
    write(one, 200, 3);
    write(two, 500, 2);
    one.flush();
  }
  CHECK(lines_in(directory.file("a.log")) == 5);
}

TEST_CASE("access log: a sample of the successes, and all others") {
  const Directory directory;
  {
    AccessLog log({.path = directory.file("a.log"), .sample = 0.25});
    AccessLog::Writer writer(log);
    write(writer, 200, 40);
    write(writer, 304, 40);
    write(writer, 404, 5);
    write(writer, 200, 3, Errc::upstream_truncated);
  }
  CHECK(lines_in(directory.file("a.log")) == 20 + 5 + 3);
}

TEST_CASE("access log: a sample of nothing still has the failures") {
  const Directory directory;
  {
    AccessLog log({.path = directory.file("a.log"), .sample = 0});
    AccessLog::Writer writer(log);
    write(writer, 200, 10);
    write(writer, 502, 1);
  }
  CHECK(lines_in(directory.file("a.log")) == 1);
}

TEST_CASE("access log: after a reopen lines go into a new file of the name") {
  const Directory directory;
  {
    AccessLog log({.path = directory.file("a.log")});
    AccessLog::Writer writer(log);
    std::filesystem::rename(directory.file("a.log"), directory.file("a.log.1"));
    log.reopen();
    write(writer, 200, 2);
  }
  CHECK(lines_in(directory.file("a.log.1")) == 0);
  CHECK(lines_in(directory.file("a.log")) == 2);
}

TEST_CASE("access log: a file that cannot be opened is told with its name") {
  const Directory directory;
  const std::string path = directory.file("no/such/directory.log");
  CHECK_THROWS_WITH(AccessLog({.path = path}), Catch::Contains("cannot open access log " + path + ": "));
}

TEST_CASE("access log: an empty path means none") {
  AccessLog log({.path = ""});
  AccessLog::Writer writer(log);
  write(writer, 200, 1);
  log.reopen();
  CHECK(log.dropped() == 0);
}

TEST_CASE("access log: lines that a full disk refuses are dropped and counted") {
  AccessLog::Config config{.path = "/dev/full"};
  std::optional<AccessLog> log(std::in_place, config);
  AccessLog::Writer writer(*log);
  write(writer, 200, 3);
  writer.flush();
  while (log->dropped() == 0) std::this_thread::yield();
  CHECK(log->dropped() == 3);
}

TEST_CASE("access log: a reader that is stuck costs lines, not memory, and does not hold the stop") {
  const Directory directory;
  const std::string pipe = directory.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  std::size_t written = 0;
  std::optional<AccessLog> log(std::in_place, AccessLog::Config{.path = pipe});
  {
    AccessLog::Writer writer(*log);
    for (; log->dropped() == 0; written += 10'000) write(writer, 200, 10'000);
  }
  CHECK(written < 200'000);  // about 400 bytes each: kMaxPending twice, and a pipe full
  CHECK(log->dropped() < written);
  log.reset();
  ::close(reader);
}
