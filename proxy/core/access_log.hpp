// One line per exchange. A worker formats into its own buffer; a thread of the log's own writes batches, so that a slow
// disk or pipe never holds a loop. When it cannot keep up, lines are dropped and counted, never queued without end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "config/reader.hpp"
#include "proxy/core/exchange.hpp"
#include "proxy/core/log_text.hpp"

namespace gatehouse {

class AccessLog {
 public:
  enum class Format : std::uint8_t { gatehouse, traefik, combined };
  struct Config {
    Format format = Format::gatehouse;  // JSON of ours, JSON with Traefik's names, or Apache's combined line
    std::string path = "-";             // "-": standard output; empty: no access log
    double sample = 1.0;                // share of the 2xx and 3xx lines that is written; the others always are
    static Config read(config::Reader r);
  };
  static constexpr std::size_t kMaxPending = 8 << 20;  // bytes that wait for the writer; past it lines are dropped

  explicit AccessLog(Config config);  // throws std::system_error when the file cannot be opened
  ~AccessLog();                       // writes what is left

  void reopen();  // after logrotate moved the file (SIGUSR1)
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  // Of one worker.
  class Writer {
   public:
    explicit Writer(AccessLog& log) : log_(log) {}
    ~Writer() { flush(); }
    void write(const Exchange& exchange);
    void flush();  // hands over what was formatted; the worker calls it each tick

   private:
    AccessLog& log_;
    std::string buffer_;
    std::uint64_t counter_ = 0;
  };

 private:
  bool enabled() const { return !config_.path.empty(); }
  bool to_stdout() const { return config_.path == "-"; }
  int open_file() const;
  void take(std::string& lines);
  void drop(std::string_view lines);
  // The writer's thread.
  void run();
  void open_again();
  void write_out(std::string_view lines);
  bool await_room();
  void tell_failure(int error);

  Config config_;
  int fd_ = -1;
  bool pipe_ = false;     // may block for good: written in pieces that fit
  bool failing_ = false;  // the last write failed, and the operator knows
  int last_polls_ = 0;    // for room, since the stop
  std::mutex mutex_;
  std::condition_variable ready_;
  std::string pending_;
  bool reopen_ = false;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

// The pieces, tested by themselves. Appended without allocation once the string has grown; ends with a newline.
// Never: cookies, bodies, passwords, query strings of login-like paths (path only).
// Called when the exchange is over: the duration is the time since its start.
void format_gatehouse(std::string& out, const Exchange& exchange);
void format_traefik(std::string& out, const Exchange& exchange);
void format_combined(std::string& out, const Exchange& exchange);

}  // namespace gatehouse
