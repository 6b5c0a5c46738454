#include <iostream>
#include <string_view>

#include "proxy/main/commands.hpp"

namespace gatehouse {
namespace {

struct Command {
  std::string_view name;
  ExitCode (*run)(const Words& words);
  std::string_view usage;
};

constexpr Command kCommands[] = {
    {"serve", serve,
     "serve   --config FILE                              run; SIGHUP reloads, SIGTERM drains, SIGUSR1 reopens logs"},
    {"check", check,
     "check   --config FILE [--tenants PATH] [--strict]  all problems at once, each with its path; exit 1 if any"},
    {"explain", explain,
     "explain URL --config FILE [--from IP] [--method M] who would get this request, through what, and why not"},
    {"demo", demo,
     "demo    [--address ADDR]                           two tenants and two stand-in Odoos on 127.0.0.1:8080"},
    {"version", version, "version"},
};

int usage(std::ostream& out, ExitCode code) {
  out << "gatehouse: the edge proxy for many Odoo tenants\n\n";
  for (const auto& command : kCommands) out << "  gatehouse " << command.usage << '\n';
  out << "\nexit codes: 0 done, 1 the input is wrong, 2 usage, 3 the registry is unreachable, 4 conflict\n";
  return static_cast<int>(code);
}

}  // namespace

ExitCode version(const Words&) {
  std::cout << "gatehouse " GATEHOUSE_VERSION "\n";
  return ExitCode::done;
}

}  // namespace gatehouse

int main(int argc, char** argv) {
  using namespace gatehouse;
  if (argc < 2) return usage(std::cerr, ExitCode::usage);
  const std::string_view name = argv[1];
  if (name == "help" || name == "--help" || name == "-h") return usage(std::cout, ExitCode::done);
  for (const auto& command : kCommands)
    if (command.name == name || (name == "--version" && command.name == "version"))
      return static_cast<int>(command.run(Words(argv + 2, argv + argc)));
  std::cerr << "gatehouse: no such command: " << name << "\n\n";
  return usage(std::cerr, ExitCode::usage);
}
