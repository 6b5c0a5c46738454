// The commands of the program, one function each. They print for people on standard output, problems on standard error.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/problem.hpp"
#include "proxy/main/arguments.hpp"

namespace gatehouse {

class App;

using Words = std::vector<std::string>;

ExitCode serve(const Words& words);
ExitCode check(const Words& words);
ExitCode explain(const Words& words);
ExitCode demo(const Words& words);
ExitCode version(const Words& words);

// Serves by a configuration file until a signal ends it: what `serve` and `demo` have in common. `ready` is
// called once requests are served.
ExitCode run_node(const std::string& config_file, const std::function<void(const App&)>& ready);

// "error: listeners[0].address: is required", one a line, on standard error.
void print(const config::Problems& problems);

}  // namespace gatehouse
