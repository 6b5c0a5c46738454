#include <sstream>

#include <catch2/catch.hpp>

#include "test/config/document.hpp"

using namespace gatehouse::config;
using namespace std::chrono_literals;

namespace {

enum class Mode { proxy, redirect_https };
constexpr Choice<Mode> kModes[] = {{"proxy", Mode::proxy}, {"redirect_https", Mode::redirect_https}};

}  // namespace

TEST_CASE("reader: text is text, and anything else says how to write it") {
  CHECK(value_of<std::string>("k: abc") == "abc");
  CHECK(value_of<std::string>("k: '17'") == "17");
  CHECK(problems_of<std::string>("k: 17") == Lines{"k: expected text, got 17 (put it in quotes)"});
  CHECK(problems_of<std::string>("k: 1.2") == Lines{"k: expected text, got 1.2 (put it in quotes)"});
  CHECK(problems_of<std::string>("k: true") == Lines{"k: expected text, got true (put it in quotes)"});
  CHECK(problems_of<std::string>("k:") == Lines{"k: expected text, got nothing"});
  CHECK(problems_of<std::string>("k: [a]") == Lines{"k: expected text, got a list"});
  CHECK(problems_of<std::string>("k: ''") == Lines{"k: must not be empty"});
  CHECK(value_of<std::string>("k: ''", "x", std::size_t{3}).empty());
  CHECK(problems_of<std::string>("k: abcd", "x", std::size_t{3}) == Lines{"k: expected at most 3 bytes, got 4"});
}

TEST_CASE("reader: an empty word means not set for addresses, paths and secrets") {
  CHECK(problems_of<HostPort>("k: ''").empty());
  CHECK(problems_of<std::filesystem::path>("k: ''", "/default").empty());
  CHECK(problems_of<Secret>("k: ''").empty());
}

TEST_CASE("reader: lists take one word for a list of one and name the element that is wrong") {
  CHECK(value_of<Lines>("k: [a, b]") == Lines{"a", "b"});
  CHECK(value_of<Lines>("k: a") == Lines{"a"});
  CHECK(value_of<Lines>("k: []", {"x"}).empty());
  CHECK(problems_of<Lines>("k: [a, 17, '']", {"x"}) ==
        Lines{"k[1]: expected text, got 17 (put it in quotes)", "k[2]: must not be empty"});
  CHECK(problems_of<Lines>("k: {a: b}") == Lines{"k: expected a list, got an object"});
  CHECK(problems_of<Lines>("k:") == Lines{"k: expected a list, got nothing"});
  CHECK(value_of<std::vector<Network>>("k: 10.0.0.1").size() == 1);
  CHECK(value_of<std::vector<Network>>("k: [10.0.0.0/8, '::1']").size() == 2);
  CHECK(problems_of<std::vector<Network>>("k: ['::1', x]").size() == 1);
}

TEST_CASE("reader: a choice names what could stand there") {
  const Document document("{a: redirect_https, b: https, c: 1}");
  Mode mode = Mode::proxy;
  {
    Reader r = document.reader();
    CHECK(r.choice("a", mode, kModes));
    CHECK(mode == Mode::redirect_https);
    CHECK_FALSE(r.choice("b", mode, kModes));
    CHECK_FALSE(r.choice("c", mode, kModes));
    CHECK_FALSE(r.choice("d", mode, kModes));
    CHECK(mode == Mode::redirect_https);
  }
  CHECK(document.lines() ==
        Lines{"b: expected proxy | redirect_https, got `https`", "c: expected text, got 1 (put it in quotes)"});
}

TEST_CASE("reader: paths are absolute below the document's directory") {
  CHECK(value_of<std::filesystem::path>("k: tenants.yaml") == "/etc/gatehouse/tenants.yaml");
  CHECK(value_of<std::filesystem::path>("k: ../x") == "/etc/x");
  CHECK(value_of<std::filesystem::path>("k: /var/lib/x") == "/var/lib/x");
  const Document document("k: a", "");
  std::filesystem::path path;
  CHECK(document.reader().optional("k", path));
  CHECK(path == std::filesystem::current_path() / "a");
}

TEST_CASE("reader: what a variable holds is not shown in a problem") {
  setenv("CONFIG_TEST_SECRET", "hunter2", 1);
  CHECK(problems_of<HostPort>("k: '${CONFIG_TEST_SECRET}'") ==
        Lines{"k: expected host:port, got `${CONFIG_TEST_SECRET}`"});
  CHECK(problems_of<int>("k: '${CONFIG_TEST_SECRET}'", 0, 0, 9) ==
        Lines{"k: expected a whole number, got `${CONFIG_TEST_SECRET}`"});
  unsetenv("CONFIG_TEST_NONE");
  CHECK(problems_of<int>("k: '${CONFIG_TEST_NONE}'", 0, 0, 9) ==
        Lines{"k: environment variable `CONFIG_TEST_NONE` is not set"});
}

TEST_CASE("reader: the environment stays out of documents that may not see it") {
  setenv("CONFIG_TEST_N", "8", 1);
  const Document document("{k: 'a${CONFIG_TEST_N}', n: '${CONFIG_TEST_N}'}", "/", false);
  std::string text;
  int number = 0;
  Reader r = document.reader();
  CHECK(r.optional("k", text));
  CHECK(text == "a${CONFIG_TEST_N}");
  CHECK_FALSE(r.optional("n", number, 0, 9));
}

TEST_CASE("reader: a secret stands in the document or in a file, without the last newline") {
  const Directory directory;
  directory.write("one", "hunter2\n");
  directory.write("two", "line\n\n");
  const Document document("{a: hunter2, b: 'file:one', c: 'file:" + (directory.path / "two").string() + "'}",
                          directory.path);
  Reader r = document.reader();
  Secret a, b, c;
  CHECK(r.optional("a", a));
  CHECK(r.optional("b", b));
  CHECK(r.optional("c", c));
  CHECK(a.reveal() == "hunter2");
  CHECK(b == a);
  CHECK(c.reveal() == "line\n");
}

TEST_CASE("reader: a secret's file that cannot be used is named, and no secret is ever shown") {
  const Directory directory;
  directory.write("empty", "\n");
  const Document document("{a: 'file:none', b: 'file:empty', c: 12345, d: [x]}", directory.path);
  Secret secret;
  {
    Reader r = document.reader("redis");
    for (const char* key : {"a", "b", "c", "d"}) CHECK_FALSE(r.optional(key, secret));
  }
  CHECK(secret.empty());
  CHECK(document.lines() ==
        Lines{"redis.a: cannot be read: no such file or directory (" + (directory.path / "none").string() + ")",
              "redis.b: secret file is empty (" + (directory.path / "empty").string() + ")",
              "redis.c: expected text (put it in quotes)", "redis.d: expected text, got a list"});
}

TEST_CASE("reader: a variable's content is never taken for a file's name") {
  setenv("CONFIG_TEST_SECRET", "file:/nowhere", 1);
  CHECK(value_of<Secret>("k: '${CONFIG_TEST_SECRET}'").reveal() == "file:/nowhere");
}

TEST_CASE("reader: a secret prints as stars") {
  std::ostringstream out;
  out << Secret("hunter2");
  CHECK(out.str() == "***");
}
