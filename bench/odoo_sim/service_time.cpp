#include "bench/odoo_sim/service_time.hpp"

#include <charconv>
#include <cmath>

#include "config/units.hpp"

namespace gatehouse::odoo_sim {

std::optional<ServiceTime> ServiceTime::parse(std::string_view text) {
  ServiceTime result;
  const auto take = [&text](std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  };
  if (take("exp:")) result.shape_ = Shape::exponential;
  if (take("lognormal:")) {
    result.shape_ = Shape::lognormal;
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + comma + 1, end, result.sigma_);
    if (read.ec != std::errc{} || read.ptr != end || !(result.sigma_ >= 0 && result.sigma_ <= 5)) return std::nullopt;
    text = text.substr(0, comma);
  }
  const auto center = config::parse_duration(text);
  if (!center) return std::nullopt;
  result.center_us_ = std::chrono::duration<double, std::micro>(*center).count();
  return result;
}

std::chrono::microseconds ServiceTime::sample(std::mt19937_64& random) const {
  double us = center_us_;
  if (us > 0 && shape_ == Shape::exponential) us = std::exponential_distribution<>(1 / center_us_)(random);
  if (us > 0 && shape_ == Shape::lognormal) us = std::lognormal_distribution<>(std::log(center_us_), sigma_)(random);
  return std::chrono::microseconds(std::llround(std::min(us, 3.6e9)));
}

}  // namespace gatehouse::odoo_sim
