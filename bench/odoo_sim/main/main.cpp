// The program odoo_sim: one simulated Odoo until SIGTERM. README.md beside the library has the options.
#include <csignal>
#include <cstdio>
#include <iostream>

#include "bench/odoo_sim/main/options.hpp"
#include "bench/odoo_sim/odoo_sim.hpp"

namespace {

std::string address_of(const gatehouse::odoo_sim::Endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

// Signals are taken by sigwait: no thread of the simulator may get them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace gatehouse::odoo_sim;
  const auto options = read_options({argv + 1, argv + argc});
  if (!options) return 2;
  const sigset_t signals = block_stop_signals();
  try {
    OdooSim sim(*options);
    sim.start();
    std::cout << "ready web=" << address_of(sim.web());
    if (options->websocket.enabled) std::cout << " websocket=" << address_of(sim.websocket());
    if (options->control) std::cout << " control=" << address_of(sim.control());
    std::cout << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    sim.stop();
  } catch (const std::exception& error) {
    std::cerr << "odoo_sim: " << error.what() << '\n';
    return 1;
  }
}
