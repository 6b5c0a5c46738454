#include "bench/replay/summary.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

#include <nlohmann/json.hpp>

namespace gatehouse::replay {
namespace {

constexpr std::size_t kShown = 10;

}  // namespace

void Summary::add(const odoo_sim::Recorded& record, Verdict verdict,
                  std::optional<std::chrono::duration<double>> took) {
  ++requests_;
  websockets_ += record.websocket ? 1 : 0;
  aborted_ += record.aborted ? 1 : 0;
  if (took) times_ms_.push_back(took->count() * 1000);
  if (verdict.good()) return;
  failures_.push_back(
      {std::to_string(record.number) + " " + record.request.method + " " + record.request.target, std::move(verdict)});
}

void Summary::print(std::ostream& out) const {
  out << "requests   " << requests_ << " (websockets " << websockets_ << ", aborted by the client " << aborted_ << ")\n"
      << "as recorded " << requests_ - failures_.size() << "\n"
      << "failed     " << failures_.size() << "\n";
  for (const auto& [reason, count] : by_reason()) out << "  " << std::setw(6) << count << "  " << reason << "\n";
  for (std::size_t i = 0; i < std::min(failures_.size(), kShown); ++i)
    out << "  #" << failures_[i].request << ": " << failures_[i].verdict.reason << ": " << failures_[i].verdict.detail
        << "\n";
  out << std::fixed << std::setprecision(1) << "p50        " << percentile_ms(0.5) << " ms\n"
      << "p99        " << percentile_ms(0.99) << " ms\n"
      << "duration   " << duration_.count() << " s\n";
}

void Summary::print_json(std::ostream& out) const {
  nlohmann::ordered_json json{{"requests", requests_},
                              {"websockets", websockets_},
                              {"aborted", aborted_},
                              {"ok", requests_ - failures_.size()},
                              {"failed", failures_.size()},
                              {"by_reason", by_reason()},
                              {"failures", nlohmann::ordered_json::array()},
                              {"p50_ms", percentile_ms(0.5)},
                              {"p99_ms", percentile_ms(0.99)},
                              {"duration_s", duration_.count()}};
  for (std::size_t i = 0; i < std::min(failures_.size(), kShown); ++i)
    json["failures"].push_back({{"request", failures_[i].request},
                                {"reason", failures_[i].verdict.reason},
                                {"detail", failures_[i].verdict.detail}});
  out << json.dump() << "\n";
}

std::map<std::string, std::size_t> Summary::by_reason() const {
  std::map<std::string, std::size_t> counts;
  for (const auto& failure : failures_) ++counts[failure.verdict.reason];
  return counts;
}

double Summary::percentile_ms(double share) const {
  if (times_ms_.empty()) return 0;
  auto sorted = times_ms_;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace gatehouse::replay
