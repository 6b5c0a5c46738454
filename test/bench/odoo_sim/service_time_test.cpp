#include "bench/odoo_sim/service_time.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using gatehouse::odoo_sim::ServiceTime;
using namespace std::chrono_literals;

namespace {

std::vector<double> samples_ms(std::string_view text) {
  std::mt19937_64 random(1);
  std::vector<double> samples;
  for (int i = 0; i < 20000; ++i)
    samples.push_back(static_cast<double>(ServiceTime::parse(text)->sample(random).count()) / 1000);
  std::sort(samples.begin(), samples.end());
  return samples;
}

}  // namespace

TEST_CASE("service time: the three shapes have the centre that they name") {
  CHECK(samples_ms("20ms").front() == 20);
  CHECK(samples_ms("20ms").back() == 20);
  double sum = 0;
  for (const double ms : samples_ms("exp:50ms")) sum += ms;
  CHECK(sum / 20000 == Approx(50).epsilon(0.05));
  CHECK(samples_ms("lognormal:34ms,1.2")[10000] == Approx(34).epsilon(0.05));
}

TEST_CASE("service time: what is no such word is refused") {
  for (const char* text :
       {"", "20", "exp:", "lognormal:34ms", "lognormal:34ms,x", "lognormal:34ms,1.2x", "uniform:2ms"})
    CHECK_FALSE(ServiceTime::parse(text).has_value());
}
