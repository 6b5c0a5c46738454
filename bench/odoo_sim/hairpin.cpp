#include "bench/odoo_sim/hairpin.hpp"

#include <array>

namespace gatehouse::odoo_sim {
namespace {

constexpr std::string_view kUserAgent =
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) wkhtmltopdf Safari/538.1";

}  // namespace

std::string Hairpin::fetch_assets(const std::string& host) const {
  for (int i = 0; config_.edge && i < config_.assets; ++i)
    if (std::string problem = fetch(host, i); !problem.empty()) return problem;
  return {};
}

std::string Hairpin::fetch(const std::string& host, int index) const {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + config_.timeout;
  const std::string target = "/web/assets/abc123" + std::to_string(index % 10) + "/web.report_assets_common.min.css";
  const auto failed = [&target](std::string_view why) { return "asset: " + std::string(why) + " (" + target + ")"; };

  Descriptor fd = connect_to(*config_.edge, config_.source, config_.timeout);
  if (!fd) return failed("cannot connect");
  Socket socket(std::move(fd), config_.timeout);
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: " + host +
                              "\r\nUser-Agent: " + std::string(kUserAgent) +
                              "\r\nAccept: text/css,*/*;q=0.1\r\nConnection: close\r\n\r\n";
  if (socket.send_all(request) != Io::ok) return failed("cannot send");
  std::string answer;
  std::array<char, 16384> piece{};
  for (;;) {
    const auto received = socket.receive(piece);
    if (received.io == Io::timeout || Clock::now() > deadline) return failed("timed out");
    if (received.io != Io::ok) break;
    answer.append(piece.data(), received.size);
  }
  return answer.size() > 12 && answer.substr(9, 3) == "200" ? std::string{}
                                                            : failed(answer.substr(0, answer.find('\r')));
}

}  // namespace gatehouse::odoo_sim
