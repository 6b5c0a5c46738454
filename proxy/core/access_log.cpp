#include "proxy/core/access_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include "proxy/core/log.hpp"

namespace gatehouse {
namespace {

constexpr std::size_t kBatch = 64 << 10;  // a writer hands over earlier than the tick
constexpr int kPollMilliseconds = 100;
constexpr int kLastPatience = 10;  // polls for a stuck reader at the end: 1 s

constexpr config::Choice<AccessLog::Format> kFormats[] = {
    {"gatehouse", AccessLog::Format::gatehouse},
    {"traefik", AccessLog::Format::traefik},
    {"combined", AccessLog::Format::combined},
};

bool may_block(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && !S_ISREG(status.st_mode);
}

bool is_success(const Record& record) { return record.status >= 200 && record.status < 400 && !record.cause; }

}  // namespace

AccessLog::Config AccessLog::Config::read(config::Reader r) {
  Config c;
  r.choice("format", c.format, kFormats);
  r.optional("path", c.path, PATH_MAX);
  config::Share sample{c.sample};
  if (r.optional("sample", sample)) c.sample = sample.value;
  if (!c.path.empty() && c.path != "-") c.path = (r.scope().directory / c.path).string();
  return c;
}

AccessLog::AccessLog(Config config) : config_(std::move(config)) {
  if (!enabled()) return;
  fd_ = to_stdout() ? STDOUT_FILENO : open_file();
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open access log " + config_.path);
  pipe_ = may_block(fd_);
  thread_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ready_.notify_one();
  thread_.join();
  if (!to_stdout()) ::close(fd_);
}

void AccessLog::reopen() {
  if (!enabled() || to_stdout()) return;
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  ready_.notify_one();
}

int AccessLog::open_file() const {
  return ::open(config_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

// Leaves `lines` empty, with room from an earlier batch: in the steady state the same few buffers go round.
void AccessLog::take(std::string& lines) {
  bool taken = false;
  {
    const std::lock_guard lock(mutex_);
    taken = pending_.size() + lines.size() <= kMaxPending;
    if (taken && pending_.empty()) pending_.swap(lines);
    else if (taken) pending_ += lines;
  }
  if (taken) ready_.notify_one();
  else drop(lines);
  lines.clear();
}

void AccessLog::drop(std::string_view lines) {
  const auto count = std::count(lines.begin(), lines.end(), '\n');
  dropped_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
}

void AccessLog::run() {
  std::string batch;
  while (true) {
    bool again = false;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stop_ || reopen_ || !pending_.empty(); });
      if (!reopen_ && pending_.empty()) return;
      again = std::exchange(reopen_, false);
      batch.swap(pending_);
    }
    if (again) open_again();
    write_out(batch);
    batch.clear();
  }
}

void AccessLog::open_again() {
  const int fresh = open_file();
  if (fresh < 0) {
    log::error("access log not reopened", {{"path", config_.path}, {"cause", std::generic_category().message(errno)}});
    return;
  }
  ::close(std::exchange(fd_, fresh));
  pipe_ = may_block(fd_);
}

void AccessLog::write_out(std::string_view lines) {
  while (!lines.empty()) {
    if (pipe_ && !await_room()) return drop(lines);
    const ssize_t written =
        ::write(fd_, lines.data(), pipe_ ? std::min<std::size_t>(lines.size(), PIPE_BUF) : lines.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) {
      tell_failure(errno);
      return drop(lines);
    }
    failing_ = false;
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Until PIPE_BUF bytes go through without blocking. A reader that is stuck holds the log, but not the node's stop.
bool AccessLog::await_room() {
  for (; last_polls_ < kLastPatience; last_polls_ += stop_) {
    pollfd entry{fd_, POLLOUT, 0};
    const int ready = ::poll(&entry, 1, kPollMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // an error shows itself in the write
  }
  return false;
}

void AccessLog::tell_failure(int error) {
  if (!std::exchange(failing_, true))
    log::error("access log not written", {{"path", config_.path}, {"cause", std::generic_category().message(error)}});
}

void AccessLog::Writer::write(const Exchange& exchange) {
  const Config& config = log_.config_;
  if (!log_.enabled()) return;
  if (config.sample < 1 && is_success(exchange.record)) {
    const auto share = [&](std::uint64_t n) {
      return static_cast<std::uint64_t>(static_cast<double>(n) * config.sample);
    };
    const auto n = counter_++;
    if (share(n + 1) == share(n)) return;
  }
  switch (config.format) {
    case Format::gatehouse:
      format_gatehouse(buffer_, exchange);
      break;
    case Format::traefik:
      format_traefik(buffer_, exchange);
      break;
    case Format::combined:
      format_combined(buffer_, exchange);
      break;
  }
  if (buffer_.size() >= kBatch) flush();
}

void AccessLog::Writer::flush() {
  if (!buffer_.empty()) log_.take(buffer_);
}

}  // namespace gatehouse
