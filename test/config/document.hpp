// A document in a test: its reader, what a field of it reads as, and the problems that gives.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "config/file.hpp"
#include "config/reader.hpp"

namespace gatehouse::config {

using Lines = std::vector<std::string>;

// A document and the problems that reading it gives.
class Document {
 public:
  explicit Document(std::string_view yaml, std::filesystem::path directory = "/etc/gatehouse", bool environment = true)
      : value_(*parse_document(yaml, problems_)),
        scope_(std::make_shared<Scope>(Scope{problems_, std::move(directory), environment})) {}

  Reader reader(const std::string& path = "") const { return Reader(value_, path, scope_); }
  Lines lines() const {
    Lines lines;
    for (const Problem& problem : problems_.list()) lines.push_back(to_string(problem));
    return lines;
  }

 private:
  Problems problems_;
  Json value_;
  std::shared_ptr<Scope> scope_;
};

// The field `k` of `yaml` read as a T; its problems.
template <class T, class... Bounds>
Lines problems_of(std::string_view yaml, T field = {}, Bounds... bounds) {
  const Document document(yaml);
  const T before = field;
  CHECK_FALSE(document.reader().optional("k", field, bounds...));
  CHECK(field == before);
  return document.lines();
}

template <class T, class... Bounds>
T value_of(std::string_view yaml, T field = {}, Bounds... bounds) {
  const Document document(yaml);
  CHECK(document.reader().optional("k", field, bounds...));
  CHECK(document.lines() == Lines{});
  return field;
}

// A directory that is gone after the test.
struct Directory {
  std::filesystem::path path;
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "config_test.XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path write(const char* name, std::string_view text) const {
    std::ofstream(path / name) << text;
    return path / name;
  }
};

}  // namespace gatehouse::config
