// How long a worker is busy with an ordinary request. Odoo 18 under recorded traffic: median 34 ms, p90 198 ms, p99
// 1.36 s, which lognormal:34ms,1.4 comes near.
#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <string_view>

namespace gatehouse::odoo_sim {

class ServiceTime {
 public:
  // "20ms" (always), "exp:50ms" (mean), "lognormal:34ms,1.2" (median, sigma of the logarithm).
  static std::optional<ServiceTime> parse(std::string_view text);

  std::chrono::microseconds sample(std::mt19937_64& random) const;

 private:
  enum class Shape { constant, exponential, lognormal };
  Shape shape_ = Shape::constant;
  double center_us_ = 0;
  double sigma_ = 0;
};

}  // namespace gatehouse::odoo_sim
