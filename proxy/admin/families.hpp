// Metric families as a scrape collects them, for prometheus-cpp's serializer.
#pragma once

#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "proxy/core/stats.hpp"

namespace gatehouse::admin {

using Labels = std::vector<prometheus::ClientMetric::Label>;

class Families {
 public:
  // Valid until the next family is opened.
  class Family {
   public:
    explicit Family(prometheus::MetricFamily& family) : family_(family) {}
    void add(Labels labels, double value);
    // What never happened has no series: most tenants never meet most of it.
    void add_if_any(Labels labels, double value);
    void add_if_any(Labels labels, const Histogram& value);

   private:
    prometheus::ClientMetric& next(Labels labels);
    prometheus::MetricFamily& family_;
  };

  // "gatehouse_" is put before each name.
  Family counter(std::string name, std::string help);
  Family gauge(std::string name, std::string help);
  Family histogram(std::string name, std::string help);

  std::string serialise();  // families without a sample are left out

 private:
  Family open(prometheus::MetricType type, std::string name, std::string help);
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace gatehouse::admin
