#include "bench/odoo_sim/main/options.hpp"

#include <array>
#include <charconv>
#include <iostream>

#include "config/units.hpp"

namespace gatehouse::odoo_sim {
namespace {

using Config = OdooSim::Config;

constexpr std::string_view kUsage =
    R"(usage: odoo_sim [option value]…
  --workers N             prefork workers (2)
  --web ADDRESS:PORT      where they listen (127.0.0.1:0)
  --websocket ADDRESS:PORT|off   the realtime port (127.0.0.1:0)
  --control ADDRESS:PORT  GET /stats, POST /reset, without taking a worker
  --name NAME             shown in answers (odoo)
  --service-time TIME     20ms | exp:50ms | lognormal:34ms,1.2 (0)
  --socket-timeout TIME   of a worker's connection (2s)
  --edge ADDRESS:PORT     where reports fetch their assets
  --hairpin-source ADDRESS   and from where (127.0.0.1)
  --max-websockets N      beyond them handshakes hang (337)
  --websocket-burst N     frames in 0.2 s × N, beyond it 1013; 0: no limit (10)
  --ping-after TIME       of silence on a websocket (45s)
  --recording FILE        answer requests with X-Replay as recorded
  --speed N               recorded times are divided by it (1)
  --seed N                of everything random (1)
)";

std::optional<Endpoint> endpoint_of(std::string_view text) {
  const auto read = config::parse_host_port(text);
  if (!read) return std::nullopt;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(read->host, error);
  if (error) return std::nullopt;
  return Endpoint(address, read->port);
}

bool assign(std::string_view text, Endpoint& into) {
  const auto read = endpoint_of(text);
  if (read) into = *read;
  return read.has_value();
}

bool assign(std::string_view text, std::optional<Endpoint>& into) { return (into = endpoint_of(text)).has_value(); }

bool assign(std::string_view text, std::chrono::milliseconds& into) {
  const auto read = config::parse_duration(text);
  if (read) into = *read;
  return read.has_value();
}

template <class Number>
bool assign_number(std::string_view text, Number& into, Number min) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, into);
  return read.ec == std::errc{} && read.ptr == end && into >= min;
}

bool assign_service_time(std::string_view text, ServiceTime& into) {
  const auto read = ServiceTime::parse(text);
  if (read) into = *read;
  return read.has_value();
}

bool assign_source(std::string_view text, boost::asio::ip::address& into) {
  boost::system::error_code error;
  into = boost::asio::ip::make_address(text, error);
  return !error;
}

bool assign_websocket(std::string_view text, GeventServer::Config& into) {
  into.enabled = text != "off";
  return !into.enabled || assign(text, into.address);
}

struct Option {
  std::string_view name;
  bool (*read)(std::string_view text, Config& config);
};

constexpr std::array kOptions = {
    Option{"--workers", [](std::string_view t, Config& c) { return assign_number(t, c.web.workers, 1); }},
    Option{"--web", [](std::string_view t, Config& c) { return assign(t, c.web.address); }},
    Option{"--websocket", [](std::string_view t, Config& c) { return assign_websocket(t, c.websocket); }},
    Option{"--control", [](std::string_view t, Config& c) { return assign(t, c.control); }},
    Option{"--name", [](std::string_view t, Config& c) { return c.app.name = t, true; }},
    Option{"--service-time", [](std::string_view t, Config& c) { return assign_service_time(t, c.app.service_time); }},
    Option{"--socket-timeout", [](std::string_view t, Config& c) { return assign(t, c.web.socket_timeout); }},
    Option{"--edge", [](std::string_view t, Config& c) { return assign(t, c.app.hairpin.edge); }},
    Option{"--hairpin-source", [](std::string_view t, Config& c) { return assign_source(t, c.app.hairpin.source); }},
    Option{"--max-websockets",
           [](std::string_view t, Config& c) { return assign_number(t, c.websocket.max_websockets, std::size_t{0}); }},
    Option{"--websocket-burst",
           [](std::string_view t, Config& c) { return assign_number(t, c.websocket.websocket.burst, std::size_t{0}); }},
    Option{"--ping-after", [](std::string_view t, Config& c) { return assign(t, c.websocket.websocket.ping_after); }},
    Option{"--recording", [](std::string_view t, Config& c) { return c.app.recording = t, true; }},
    Option{"--speed", [](std::string_view t, Config& c) { return assign_number(t, c.app.speed, 0.001); }},
    Option{"--seed", [](std::string_view t, Config& c) { return assign_number(t, c.web.seed, std::uint64_t{0}); }},
};

bool read_option(std::string_view name, std::string_view value, Config& config) {
  for (const Option& option : kOptions)
    if (option.name == name) return option.read(value, config);
  return false;
}

}  // namespace

std::optional<Config> read_options(const std::vector<std::string_view>& words) {
  Config config;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::string_view value = i + 1 < words.size() ? words[i + 1] : std::string_view{};
    if (read_option(words[i], value, config)) continue;
    if (words[i] != "--help") std::cerr << "odoo_sim: not an option: `" << words[i] << ' ' << value << "`\n";
    std::cerr << kUsage;
    return std::nullopt;
  }
  config.websocket.seed = config.web.seed;
  return config;
}

}  // namespace gatehouse::odoo_sim
