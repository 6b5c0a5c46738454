#include <iostream>

#include "proxy/main/assemble.hpp"
#include "proxy/main/commands.hpp"
#include "proxy/main/settings.hpp"
#include "routing/registry_file.hpp"

namespace gatehouse {
namespace {

std::string count(std::size_t n, std::string_view word) {
  return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s");
}

}  // namespace

ExitCode check(const Words& words) {
  const Arguments arguments(words, {"--config", "--tenants"}, {"--strict"});
  const auto file = arguments.value("--config");
  if (!file || !arguments.unknown().empty() || !arguments.rest().empty()) {
    std::cerr << "usage: gatehouse check --config FILE [--tenants PATH] [--strict]\n";
    return ExitCode::usage;
  }
  config::Problems problems;
  auto settings = Settings::read_file(*file, problems);
  if (const auto tenants = arguments.value("--tenants")) settings.registry = *tenants;

  Chains chains(nullptr);
  routing::FileRegistry registry(settings.registry, Attacher(chains, nullptr, nullptr));
  registry.set_defaults(settings.defaults);
  if (!settings.registry.empty()) registry.refresh(problems);
  print(problems);

  std::size_t errors = 0;
  for (const auto& problem : problems.list()) errors += problem.severity == config::Problem::Severity::error;
  const auto warnings = problems.list().size() - errors;
  if (errors > 0 || (warnings > 0 && arguments.flag("--strict"))) {
    std::cerr << count(errors, "error") << ", " << count(warnings, "warning") << '\n';
    return ExitCode::wrong_input;
  }
  std::cout << *file << " is good: " << count(settings.listeners.size(), "listener") << ", "
            << count(registry.routes()->tenants->size(), "tenant") << ", "
            << count(registry.routes()->hosts->size(), "host");
  if (warnings > 0) std::cout << " (" << count(warnings, "warning") << ")";
  std::cout << '\n';
  return ExitCode::done;
}

}  // namespace gatehouse
