#include "proxy/admin/families.hpp"

#include <limits>
#include <utility>

#include <prometheus/text_serializer.h>

namespace gatehouse::admin {

using prometheus::ClientMetric;
using prometheus::MetricType;

void Families::Family::add(Labels labels, double value) {
  ClientMetric& metric = next(std::move(labels));
  (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void Families::Family::add_if_any(Labels labels, double value) {
  if (value != 0) add(std::move(labels), value);
}

void Families::Family::add_if_any(Labels labels, const Histogram& value) {
  std::vector<ClientMetric::Bucket> buckets;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < value.buckets.size(); ++i) {
    const bool last = i == kDurationBuckets.size();
    count += value.buckets[i];
    buckets.push_back({count, last ? std::numeric_limits<double>::infinity() : kDurationBuckets[i]});
  }
  if (count == 0) return;
  auto& histogram = next(std::move(labels)).histogram;
  histogram.sample_count = count;
  histogram.sample_sum = value.sum;
  histogram.bucket = std::move(buckets);
}

ClientMetric& Families::Family::next(Labels labels) {
  ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

Families::Family Families::counter(std::string name, std::string help) {
  return open(MetricType::Counter, std::move(name), std::move(help));
}

Families::Family Families::gauge(std::string name, std::string help) {
  return open(MetricType::Gauge, std::move(name), std::move(help));
}

Families::Family Families::histogram(std::string name, std::string help) {
  return open(MetricType::Histogram, std::move(name), std::move(help));
}

std::string Families::serialise() {
  std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families_);
}

Families::Family Families::open(MetricType type, std::string name, std::string help) {
  auto& family = families_.emplace_back();
  family.type = type;
  family.name = "gatehouse_" + std::move(name);
  family.help = std::move(help);
  return Family(family);
}

}  // namespace gatehouse::admin
