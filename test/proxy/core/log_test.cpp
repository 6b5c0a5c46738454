#include "proxy/core/log.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "config/file.hpp"

using namespace gatehouse;
using nlohmann::json;

namespace {

// Standard error goes into a file for as long as it lives.
class Capture {
 public:
  Capture() {
    std::fflush(stderr);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~Capture() {
    log::init({});
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }
  std::string text() const {
    std::string all(4096, '\0');
    const auto size = ::pread(::fileno(file_), all.data(), all.size(), 0);
    return all.substr(0, static_cast<std::size_t>(size));
  }

 private:
  int before_ = ::dup(STDERR_FILENO);
  std::FILE* file_ = std::tmpfile();
};

}  // namespace

TEST_CASE("log: an event is one line of JSON with its fields") {
  const Capture capture;
  log::init({});
  log::warn("tenants file kept its old state",
            {{"path", "/etc/a \"b\"\n"}, {"problems", 3}, {"again", true}, {"share", 0.5}});
  const std::string text = capture.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  json line = json::parse(text);
  const auto time = line["time"].get<std::string>();
  CHECK(time.size() == std::string_view("2023-11-14T22:13:20.123Z").size());
  CHECK(time.back() == 'Z');
  line.erase("time");
  CHECK(line == json::parse(R"({"level": "warn", "event": "tenants file kept its old state", "path": "/etc/a \"b\"\n",
                                "problems": 3, "again": true, "share": 0.5})"));
}

TEST_CASE("log: numbers that JSON does not know are words") {
  const Capture capture;
  log::info("odd", {{"nan", std::nan("")}, {"infinite", -INFINITY}, {"no", false}});
  const json line = json::parse(capture.text());
  CHECK(line["nan"].is_string());
  CHECK(line["infinite"] == "-inf");
  CHECK(line["no"] == false);
}

TEST_CASE("log: what is below the level is not written") {
  const Capture capture;
  log::init({.level = log::Level::error});
  log::debug("a");
  log::info("b");
  log::warn("c");
  CHECK(capture.text().empty());
  CHECK_FALSE(log::enabled(log::Level::warn));
  CHECK(log::enabled(log::Level::error));
  log::error("d");
  CHECK(json::parse(capture.text())["event"] == "d");
}

TEST_CASE("log: text for people is one line too, with quotes where they are needed") {
  const Capture capture;
  log::init({.level = log::Level::debug, .format = log::Format::text});
  log::debug("started", {{"path", "/etc/a.yaml"}, {"cause", "no such\nfile"}, {"empty", ""}, {"n", 7}});
  const std::string text = capture.text();
  CHECK(text.substr(24) == " debug started path=/etc/a.yaml cause=\"no such\\nfile\" empty=\"\" n=7\n");
}

TEST_CASE("log: level and format are read from the section") {
  config::Problems problems;
  const config::Json value = *config::parse_document("{level: debug, format: text}", problems);
  config::Reader reader(value, "log", std::make_shared<config::Scope>(config::Scope{problems, "/"}));
  const auto config = log::read_config(reader);
  CHECK(config.level == log::Level::debug);
  CHECK(config.format == log::Format::text);
  CHECK(problems.empty());
}
