// What Odoo's controllers answer, on either port: Odoo serves all of its routes on both.
#pragma once

#include <memory>
#include <random>
#include <string>

#include "bench/odoo_sim/answer.hpp"
#include "bench/odoo_sim/hairpin.hpp"
#include "bench/odoo_sim/recording.hpp"
#include "bench/odoo_sim/service_time.hpp"
#include "bench/odoo_sim/stats.hpp"

namespace gatehouse::odoo_sim {

// Where a request arrived, and the randomness of the thread that serves it.
struct Origin {
  std::string_view port;  // "web" or "websocket"
  int worker;
  std::mt19937_64& random;
};

class App {
 public:
  struct Config {
    std::string name = "odoo";  // in /sim/echo and on pages, to tell several simulators apart
    ServiceTime service_time;   // of every request but /sim/
    Hairpin::Config hairpin;
    std::string recording;  // a file: requests with X-Replay get what was recorded
    double speed = 1;       // recorded times are divided by it
  };

  explicit App(Config config);  // throws std::runtime_error when the recording cannot be read

  // Whether the body is read before the answer is made. Not for /sim/early413.
  bool reads_body(const Request& request) const;
  // May block as the worker would (a report); waiting is otherwise left to Answer::delay.
  Answer answer(const Request& request, const Origin& origin) const;
  // What was recorded for this handshake; nullptr without a recording.
  const Recorded* recorded(const Request& request) const;
  const Config& config() const { return config_; }

 private:
  Answer route(const Request& request, const Origin& origin) const;
  Answer replayed(const Recorded& record, const Request& request) const;
  Answer report(const Request& request) const;

  Config config_;
  Hairpin hairpin_;
  std::unique_ptr<const Recording> recording_;
};

}  // namespace gatehouse::odoo_sim
