#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bench/odoo_sim/odoo_sim.hpp"
#include "proxy/main/app.hpp"
#include "proxy/main/commands.hpp"

namespace gatehouse {
namespace {

// A directory with the demo's two files, gone with it.
class DemoFiles {
 public:
  DemoFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "gatehouse-demo-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
    directory_ = name;
  }
  ~DemoFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

std::string text_of(const odoo_sim::Endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

std::unique_ptr<odoo_sim::OdooSim> start_odoo(const std::string& name) {
  odoo_sim::OdooSim::Config config;
  config.app.name = name;
  auto odoo = std::make_unique<odoo_sim::OdooSim>(std::move(config));
  odoo->start();
  return odoo;
}

std::string node_yaml(const std::string& address) {
  return "listeners: [{name: web, address: \"" + address +
         "\", health: /.gatehouse/health}]\n"
         "admin: {address: \"127.0.0.1:0\"}\n"
         "registry: {type: file, path: tenants.yaml}\n"
         "limits: {spool: {directory: .}}\n"
         "log: {level: warn, format: text}\n"
         "drain: {grace: 0s, limit: 5s}\n";
}

std::string tenant_yaml(const std::string& id, const odoo_sim::OdooSim& odoo) {
  return "  - id: " + id + "\n    hosts: [" + id + ".localhost]\n    odoo: {version: 18, workers: 2}\n" +
         "    web: {endpoints: [\"" + text_of(odoo.web()) + "\"]}\n    websocket: {endpoints: [\"" +
         text_of(odoo.websocket()) + "\"]}\n";
}

// What to try. The address is known once the node listens.
std::string greeting(const std::string& address, const std::filesystem::path& directory) {
  const std::string curl = "  curl -H 'Host: ";
  const auto at = "http://" + address;
  return "Gatehouse is serving two tenants on " + at + " (two stand-in Odoos with 2 workers each). Try:\n\n" + curl +
         "acme.localhost' " + at + "/web/login                      # a page of tenant acme\n" + curl +
         "globex.localhost' " + at + "/sim/echo                     # what the upstream sees\n" + curl +
         "acme.localhost' " + at + "/web/health                     # from the edge, no worker is asked\n" + curl +
         "acme.localhost' " + at + "/web/database/manager           # closed by default\n" + curl +
         "nobody.localhost' -i " + at + "/                            # an unknown host\n" +
         "  for i in 1 2 3 4 5 6; do" + curl + "acme.localhost' '" + at +
         "/sim/sleep?ms=1000' & done; wait      # two workers: the rest waits its turn\n\n" +
         "Tenants: " + (directory / "tenants.yaml").string() + " (edit it: it is live within 2 s). Ctrl-C stops.\n";
}

}  // namespace

ExitCode demo(const Words& words) {
  const Arguments arguments(words, {"--address"});
  const auto address = arguments.value("--address").value_or("127.0.0.1:8080");
  if (!arguments.unknown().empty() || !arguments.rest().empty()) {
    std::cerr << "usage: gatehouse demo [--address ADDR]\n";
    return ExitCode::usage;
  }
  const DemoFiles files;
  const auto acme = start_odoo("acme"), globex = start_odoo("globex");
  files.write("tenants.yaml", "schema: 1\ntenants:\n" + tenant_yaml("acme", *acme) + tenant_yaml("globex", *globex));
  const auto config = files.write("gatehouse.yaml", node_yaml(address));
  return run_node(config.string(), [&](const App& app) {
    const auto first = app.listening().front();
    std::cout << greeting(first.substr(first.find(' ') + 1), files.directory()) << std::flush;
  });
}

}  // namespace gatehouse
