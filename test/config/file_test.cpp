#include "config/file.hpp"

#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "test/config/document.hpp"

using namespace gatehouse::config;

namespace {

Json yaml(std::string_view text) {
  Problems problems;
  auto value = parse_document(text, problems, "t.yaml");
  for (const Problem& problem : problems.list()) UNSCOPED_INFO(to_string(problem));
  REQUIRE(value.has_value());
  CHECK(problems.empty());
  return *value;
}

// What is wrong with a document that is refused, one line each.
std::vector<std::string> refused(std::string_view text, bool json = false, const std::string& name = "t.yaml") {
  Problems problems;
  CHECK_FALSE(parse_document(text, problems, name, json).has_value());
  CHECK(problems.any_errors());
  std::vector<std::string> lines;
  for (const Problem& problem : problems.list()) lines.push_back(to_string(problem));
  return lines;
}

}  // namespace

TEST_CASE("file: plain scalars follow the core schema of yaml 1.2") {
  CHECK(yaml("[null, ~, Null, true, False, TRUE]") == Json::parse("[null, null, null, true, false, true]"));
  CHECK(yaml("[0, 17, -17, +17, 0o17, 0x1f, 010]") == Json::parse("[0, 17, -17, 17, 15, 31, 10]"));
  CHECK(yaml("[1.5, -.5, 1., 1e3, 1.2E-1, +1.5]") == Json::parse("[1.5, -0.5, 1.0, 1000.0, 0.12, 1.5]"));
  CHECK(yaml("18446744073709551615") == Json(18446744073709551615u));
  CHECK(yaml("-9223372036854775808") == Json(INT64_MIN));
  CHECK(yaml("[.inf, -.Inf]") == Json::array({INFINITY, -INFINITY}));
  CHECK(yaml(".nan").is_number_float());
}

TEST_CASE("file: everything else is a string") {
  for (const char* word : {"yes",        "no",   "on",    "off",
                           "y",          "tRUE", "nULL",  "10s",
                           "128MiB",     "20%",  "1.2.3", "10.0.0.7:8069",
                           "0o8",        "0x",   "-",     "+",
                           ".",          "1e",   "e1",    "--1",
                           "+-1",        "nan",  "inf",   "infinity",
                           "-inf",       "0b1",  "1_000", "2026-12-01T04:00:00Z",
                           "2026-12-01", "02:00"}) {
    CAPTURE(word);
    CHECK(yaml(std::string("k: ") + (word == std::string("-") ? "'-'" : word))["k"] == Json(word));
  }
}

TEST_CASE("file: quoted, folded and literal scalars are strings") {
  CHECK(yaml("['17', \"true\", '', \"~\"]") == Json::parse(R"(["17", "true", "", "~"])"));
  CHECK(yaml("a: |\n  17\n") == Json::parse(R"({"a": "17\n"})"));
  CHECK(yaml("a: >-\n  17\n") == Json::parse(R"({"a": "17"})"));
  CHECK(yaml("[\"\\u00fc\\n\", ü]") == Json::parse(R"(["ü\n", "ü"])"));
}

TEST_CASE("file: yaml's own tags are followed and others refused") {
  CHECK(yaml("[!!str 17, !!int 17, !!float 1.5, !!null ~, !!bool true, ! 17]") ==
        Json::parse(R"(["17", 17, 1.5, null, true, "17"])"));
  CHECK(yaml("!!map {a: !!seq [1]}") == Json::parse(R"({"a": [1]})"));
  CHECK(refused("a: !!int abc") ==
        Lines{"t.yaml:1:4: tag does not fit the value or is unknown: `tag:yaml.org,2002:int`"});
  CHECK(refused("a: !ruby {b: 1}") == Lines{"t.yaml:1:4: tag does not fit the value or is unknown: `!ruby`"});
}

TEST_CASE("file: an empty document is null, and JSON is YAML") {
  CHECK(yaml("").is_null());
  CHECK(yaml("# nothing\n").is_null());
  CHECK(yaml("---\na: 1\n...\n") == Json::parse(R"({"a": 1})"));
  CHECK(yaml("\xef\xbb\xbf"
             "a: 1") == Json::parse(R"({"a": 1})"));
  CHECK(yaml(R"({"a": [1, "b", null], "c": {}})") == Json::parse(R"({"a": [1, "b", null], "c": {}})"));
}

TEST_CASE("file: keys keep their order") { CHECK(yaml("{z: 1, a: 2, m: 3}").dump() == R"({"z":1,"a":2,"m":3})"); }

TEST_CASE("file: all duplicate keys and keys that are no strings are named with their place") {
  CHECK(refused("a: 1\nb: {c: 1, c: 2}\na: 3\n7: x\ntrue: y\n~: z\n\"7\": good\n") ==
        Lines{"t.yaml:2:11: duplicate key `c`", "t.yaml:3:1: duplicate key `a`",
              "t.yaml:4:1: expected a key, got 7 (put it in quotes)",
              "t.yaml:5:1: expected a key, got true (put it in quotes)",
              "t.yaml:6:1: expected a key, got null (put it in quotes)"});
  CHECK(refused("? [a]\n: 1\n") ==
        Lines{"t.yaml:1:3: expected a key, got a list or an object (is a bracket left open?)"});
}

TEST_CASE("file: a duplicate is found in a large object too") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "k" + std::to_string(i) + ": 1\n";
  CHECK(yaml(text).size() == 100);
  CHECK(refused(text + "k99: 1\nk3: 1\n") ==
        Lines{"t.yaml:101:1: duplicate key `k99`", "t.yaml:102:1: duplicate key `k3`"});
}

TEST_CASE("file: a syntax error has line and column, with the file's name or without") {
  CHECK(refused("a: 1\na: 2\nb: [1, 2\n") == Lines{"t.yaml:4:1: end of sequence flow not found"});
  CHECK(refused("a: 1\n  b: 2\n", false, "")[0].rfind("line 2:4: ", 0) == 0);
  CHECK(refused("a: *x")[0].rfind("t.yaml:1:4: ", 0) == 0);
}

TEST_CASE("file: there is one document") {
  CHECK(refused("a: 1\n---\nb: 1\n") ==
        Lines{"t.yaml:2:1: more text after the end of the document, of which there can be one"});
}

TEST_CASE("file: anchors stand for values and keys") {
  CHECK(yaml("{a: &x {k: &y 1}, b: *x, c: [*x, *y]}") ==
        Json::parse(R"({"a": {"k": 1}, "b": {"k": 1}, "c": [{"k": 1}, 1]})"));
  CHECK(yaml("- &n name\n- {*n : 1}\n") == Json::parse(R"(["name", {"name": 1}])"));
  CHECK(yaml("{&n name: 1, other: *n}") == Json::parse(R"({"name": 1, "other": "name"})"));
  CHECK(yaml("[&a 1, *a, &a 2, *a]") == Json::parse("[1, 1, 2, 2]"));
}

TEST_CASE("file: an alias cannot hold itself, and merge keys are refused") {
  CHECK(refused("a: &x [1, *x]") == Lines{"t.yaml:1:11: alias inside of what it stands for"});
  CHECK(refused("a: &x {k: 1}\nb:\n  <<: *x\n") == Lines{"t.yaml:3:3: merge keys (`<<`) are not part of yaml 1.2"});
  CHECK(yaml("{'<<': 1}").contains("<<"));
}

TEST_CASE("file: a bomb of aliases is refused before it expands") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int j = 1; j < 10; ++j) text += ", " + alias;
    text += "]\n";
  }
  const auto lines = refused(text);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("more than 4000000 values") != std::string::npos);
}

TEST_CASE("file: nesting is bounded, also through aliases and in JSON") {
  const auto nested = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(yaml(nested(kMaxDepth)).is_array());
  CHECK(refused(nested(kMaxDepth + 1)) == Lines{"t.yaml:1:65: nested too deep"});
  CHECK(refused(nested(kMaxDepth + 1), true) == Lines{"t.yaml:1:65: nested too deep"});
  CHECK(refused(std::string(100'000, '[')).size() == 1);
  CHECK(yaml("[&x " + nested(63) + ", *x]").is_array());
  CHECK(refused("[&x " + nested(63) + ", [*x]]")[0].find("nested too deep") != std::string::npos);
}

TEST_CASE("file: bytes that are not utf-8 and control characters are refused") {
  CHECK(refused("a: b\nc: d\xff\n") == Lines{"t.yaml:2:5: not utf-8"});
  CHECK(refused("a: \xc0\x80")[0] == "t.yaml:1:4: not utf-8");
  CHECK(refused("a: \xed\xa0\x80")[0] == "t.yaml:1:4: not utf-8");
  CHECK(refused("a: \xf4\x90\x80\x80")[0] == "t.yaml:1:4: not utf-8");
  CHECK(refused("a: \xe2\x82")[0] == "t.yaml:1:4: not utf-8");
  CHECK(refused(std::string_view("a: 1\n\0b: 2", 10)) == Lines{"t.yaml:2:1: control character"});
  CHECK(refused("a: 1\n\x04\nb: 2\n") == Lines{"t.yaml:2:1: control character"});
  CHECK(yaml("a: €😀") == Json::parse(R"({"a": "€😀"})"));
}

TEST_CASE("file: json files are JSON and nothing else") {
  Problems problems;
  const auto value = parse_document(R"({"a": [1, -2, 1.5, true, null, "\ud83d\ude00"]})", problems, "t.json", true);
  REQUIRE(value.has_value());
  CHECK(*value == Json::parse(R"({"a": [1, -2, 1.5, true, null, "😀"]})"));
  CHECK(refused("{\"a\": 1,\n \"b\": 2, \"a\": 3}", true) == Lines{"t.yaml:2:12: duplicate key `a`"});
  CHECK(refused("a: 1", true)[0].rfind("t.yaml:1:1: invalid literal", 0) == 0);
  CHECK(refused("{\"a\": 1} x", true).size() == 1);
  CHECK(refused("", true).size() == 1);
}

TEST_CASE("file: a syntax error in JSON does not show the text before it, which may be a secret") {
  for (const char* text : {"{\"password\": \"hunter2\n\"}", "{\"password\": hunter2}", "{\"password\": \"hunter2",
                           "{\"password\": \"hunter2\\x\"}"})
    for (const std::string& line : refused(text, true)) CHECK(line.find("unter2") == std::string::npos);
}

TEST_CASE("file: what cannot be read is a problem with the file's name") {
  const Directory directory;
  Problems problems;
  const auto missing = directory.path / "none.yaml";
  CHECK_FALSE(read_file(missing, problems).has_value());
  CHECK_FALSE(read_text(directory.path, problems).has_value());
  CHECK_FALSE(read_text(directory.write("big", "12345"), problems, 4).has_value());
  REQUIRE(problems.list().size() == 3);
  CHECK(to_string(problems.list()[0]) == missing.string() + ": no such file or directory");
  CHECK(to_string(problems.list()[1]) == directory.path.string() + ": is a directory");
  CHECK(problems.list()[2].text == "larger than 4");
}

TEST_CASE("file: the name decides between YAML and JSON") {
  const Directory directory;
  Problems problems;
  const auto value = read_file(directory.write("a.yaml", "a: 1\n"), problems);
  REQUIRE(value.has_value());
  CHECK((*value)["a"] == 1);
  const auto json = directory.write("a.json", "a: 1\n");
  CHECK_FALSE(read_file(json, problems).has_value());
  REQUIRE(problems.list().size() == 1);
  CHECK(problems.list()[0].path == json.string() + ":1:1");
}

TEST_CASE("file: the environment is expanded anywhere in a text") {
  setenv("CONFIG_TEST_A", "x$", 1);
  setenv("CONFIG_TEST_B", "${CONFIG_TEST_A}", 1);
  Problems problems;
  CHECK(expand_environment("a${CONFIG_TEST_A}${CONFIG_TEST_B}c", "p", problems) == "ax$${CONFIG_TEST_A}c");
  CHECK(expand_environment("$${CONFIG_TEST_A} $ $$ {}", "p", problems) == "${CONFIG_TEST_A} $ $$ {}");
  CHECK(expand_environment("", "p", problems) == "");
  CHECK(problems.empty());
}

TEST_CASE("file: a variable that is not set or not a name is a problem that shows no other text") {
  unsetenv("CONFIG_TEST_NONE");
  Problems problems;
  CHECK_FALSE(expand_environment("hunter2${CONFIG_TEST_NONE}", "a.b", problems).has_value());
  CHECK_FALSE(expand_environment("${hunter2", "a.b", problems).has_value());
  CHECK_FALSE(expand_environment("${hunter-2}", "a.b", problems).has_value());
  REQUIRE(problems.list().size() == 3);
  CHECK(to_string(problems.list()[0]) == "a.b: environment variable `CONFIG_TEST_NONE` is not set");
  for (const Problem& problem : problems.list()) CHECK(problem.text.find("hunter") == std::string::npos);
}
