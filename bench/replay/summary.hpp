// What came of a replay, for people and for scripts.
#pragma once

#include <chrono>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "bench/replay/check.hpp"

namespace gatehouse::replay {

class Summary {
 public:
  // `took`: from the request's first byte to the answer's last; not for websockets and what the client aborted.
  void add(const odoo_sim::Recorded& record, Verdict verdict,
           std::optional<std::chrono::duration<double>> took = std::nullopt);
  void set_duration(std::chrono::duration<double> duration) { duration_ = duration; }

  bool good() const { return failures_.empty(); }
  void print(std::ostream& out) const;
  void print_json(std::ostream& out) const;

 private:
  struct Failure {
    std::string request;  // "123 POST /web/dataset/call_kw/…"
    Verdict verdict;
  };
  std::map<std::string, std::size_t> by_reason() const;
  double percentile_ms(double share) const;

  std::size_t requests_ = 0;
  std::size_t websockets_ = 0;
  std::size_t aborted_ = 0;
  std::vector<Failure> failures_;
  std::vector<double> times_ms_;
  std::chrono::duration<double> duration_{0};
};

}  // namespace gatehouse::replay
