// Tenants in a test: from YAML to a Tenant, its problems as lines, and a directory that is gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "config/file.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::routing {

using Lines = std::vector<std::string>;

inline Lines lines(const config::Problems& problems) {
  Lines result;
  for (const config::Problem& problem : problems.list()) result.push_back(to_string(problem));
  return result;
}

inline config::Json yaml(std::string_view text) {
  config::Problems problems;
  auto value = config::parse_document(text, problems);
  INFO(text);
  REQUIRE(lines(problems) == Lines{});
  return *std::move(value);
}

// Defaults as a node's configuration of this text gives them.
inline Defaults defaults_of(std::string_view text, Lines* problems_of = nullptr) {
  config::Problems problems;
  const config::Json document = yaml(text);
  Defaults defaults;
  {
    config::Reader node(document, "", std::make_shared<config::Scope>(config::Scope{problems, "/etc", true}));
    defaults = Defaults::read(node);
  }
  if (problems_of) *problems_of = lines(problems);
  else CHECK(lines(problems) == Lines{});
  return defaults;
}

inline std::string minimal(std::string_view more = "") {
  return "{id: a, hosts: [a.example.com], web: {endpoints: [\"10.0.0.1:8069\"]}, websocket: {endpoints: "
         "[\"10.0.0.1:8072\"]}" +
         std::string(more.empty() ? "" : ", ") + std::string(more) + "}";
}

inline Lines problems_of(std::string_view document, const Defaults& defaults = Defaults::built_in()) {
  config::Problems problems;
  const auto tenant = read_tenant(yaml(document), defaults, "", problems);
  CHECK((tenant == nullptr) == problems.any_errors());
  return lines(problems);
}

// The tenant, which may have warnings but no errors.
inline std::shared_ptr<Tenant> tenant_of(std::string_view document, const Defaults& defaults = Defaults::built_in()) {
  config::Problems problems;
  auto tenant = read_tenant(yaml(document), defaults, "", problems);
  CAPTURE(lines(problems));
  REQUIRE(tenant);
  return tenant;
}

struct Directory {
  std::filesystem::path path;
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "routing_test.XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream(path / name) << text;
    return path / name;
  }
};

}  // namespace gatehouse::routing
