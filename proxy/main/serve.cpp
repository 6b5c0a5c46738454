#include <unistd.h>

#include <csignal>
#include <iostream>
#include <system_error>

#include "proxy/main/app.hpp"
#include "proxy/main/commands.hpp"

namespace gatehouse {

void print(const config::Problems& problems) {
  for (const auto& problem : problems.list()) {
    const bool error = problem.severity == config::Problem::Severity::error;
    std::cerr << (error ? "error: " : "warning: ") << to_string(problem) << '\n';
  }
}

ExitCode run_node(const std::string& config_file, const std::function<void(const App&)>& ready) {
  std::signal(SIGPIPE, SIG_IGN);
  config::Problems problems;
  auto settings = Settings::read_file(config_file, problems);
  print(problems);
  if (problems.any_errors()) return ExitCode::wrong_input;
  log::init(settings.log);
  try {
    App app(std::move(settings), config_file);
    config::Problems of_tenants;
    const bool loaded = app.load(of_tenants);
    print(of_tenants);
    if (!loaded) return ExitCode::wrong_input;
    app.run([&] {
      std::string where;
      for (const auto& listener : app.listening()) where += (where.empty() ? "" : ", ") + listener;
      log::info("ready", {{"listening", where},
                          {"node", app.settings().node},
                          {"region", app.settings().region},
                          {"pid", ::getpid()}});
      ready(app);
    });
  } catch (const std::system_error& e) {
    std::cerr << "error: " << e.what() << '\n';
    return ExitCode::wrong_input;
  }
  return ExitCode::done;
}

ExitCode serve(const Words& words) {
  const Arguments arguments(words, {"--config"});
  const auto file = arguments.value("--config");
  if (!file || !arguments.unknown().empty() || !arguments.rest().empty()) {
    std::cerr << "usage: gatehouse serve --config FILE\n";
    return ExitCode::usage;
  }
  return run_node(*file, [](const App&) {});
}

}  // namespace gatehouse
