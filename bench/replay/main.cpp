// The program replay: recorded Odoo traffic against a proxy (or a simulator), every answer checked.
#include <iostream>

#include "bench/replay/options.hpp"
#include "bench/replay/player.hpp"

int main(int argc, char** argv) {
  using namespace gatehouse;
  const auto options = replay::read_options({argv + 1, argv + argc});
  if (!options) return 2;
  try {
    const auto recording = odoo_sim::Recording::load(options->recording);
    replay::Player player(*options, recording);
    const replay::Summary summary = player.run();
    options->json ? summary.print_json(std::cout) : summary.print(std::cout);
    return summary.good() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "replay: " << error.what() << '\n';
    return 2;
  }
}
