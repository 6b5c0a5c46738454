#include "routing/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "routing/file_stamp.hpp"

namespace gatehouse::routing {
namespace {

using Descriptor = net::posix::basic_stream_descriptor<Executor>;

constexpr auto kDebounce = 100ms;
constexpr auto kPoll = 1s;
constexpr auto kPollMany = 2s;
constexpr std::size_t kMany = 10'000;
// Not IN_CREATE or IN_MODIFY: what is written is looked at when its writer is done, or by the poll.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

// What polling compares: order does not count, so that a directory needs no sorting.
struct Fingerprint {
  std::uint64_t sum = 0;
  std::size_t files = 0;
  bool operator==(const Fingerprint&) const = default;
};

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
  return hash ^ (hash >> 29);
}

std::uint64_t digest(std::string_view name, const FileStamp& stamp) {
  std::uint64_t hash = std::hash<std::string_view>{}(name);
  for (const std::uint64_t value : {stamp.device, stamp.inode, stamp.size}) hash = mixed(hash, value);
  for (const auto time : {stamp.modified, stamp.changed})
    hash = mixed(hash, static_cast<std::uint64_t>(time.time_since_epoch().count()));
  return hash;
}

Fingerprint take_fingerprint(const std::filesystem::path& path) {
  Fingerprint result;
  std::error_code error;
  const auto stamp = stamp_of(path, error);
  if (!stamp) return result;
  const auto add = [&](std::string_view name, const FileStamp& file) {
    result.sum += digest(name, file);
    ++result.files;
  };
  if (stamp->is_directory) each_tenant_file(path, add, error);
  else add({}, *stamp);
  return result;
}

}  // namespace

class FileWatch::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Executor executor, std::filesystem::path path, std::function<void()> changed)
      : path_(std::move(path)), changed_(std::move(changed)), inotify_(executor), poll_(executor), debounce_(executor) {
    fingerprint_ = take_fingerprint(path_);
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd >= 0) inotify_.assign(fd);
  }

  void start() {
    watch();
    read();
    poll();
  }

  void stop() {
    changed_ = nullptr;
    error_code ignored;
    inotify_.close(ignored);
    poll_.cancel();
    debounce_.cancel();
  }

 private:
  // Adding again what is watched already changes nothing; so a directory that was replaced is found.
  void watch() {
    if (!inotify_.is_open()) return;
    add_watch(parent_, path_.parent_path().empty() ? "." : path_.parent_path());
    std::error_code ignored;
    if (std::filesystem::is_directory(path_, ignored)) add_watch(directory_, path_);
  }

  void add_watch(int& watch, const std::filesystem::path& path) {
    const int added = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), kEvents);
    if (watch >= 0 && watch != added) ::inotify_rm_watch(inotify_.native_handle(), watch);
    watch = added;
  }

  void read() {
    if (!inotify_.is_open()) return;
    inotify_.async_read_some(net::buffer(events_), [self = shared_from_this()](error_code error, std::size_t size) {
      if (error || !self->changed_) return;
      if (self->any_of_ours({self->events_.data(), size})) self->fire_soon();
      self->read();
    });
  }

  bool any_of_ours(std::string_view bytes) const {
    while (bytes.size() >= sizeof(inotify_event)) {
      inotify_event event;
      std::memcpy(&event, bytes.data(), sizeof event);
      const std::string_view padded = bytes.substr(sizeof event, event.len);
      const std::string_view name = padded.substr(0, padded.find('\0'));
      // ..data is what Kubernetes swaps
      const bool ours = event.wd == directory_ || name == path_.filename().native() || name.starts_with("..");
      if (ours || (event.mask & IN_Q_OVERFLOW) != 0) return true;
      bytes.remove_prefix(sizeof event + event.len);
    }
    return false;
  }

  void poll() {
    poll_.expires_after(fingerprint_.files > kMany ? kPollMany : kPoll);
    poll_.async_wait([self = shared_from_this()](error_code error) {
      if (error || !self->changed_) return;
      self->watch();
      const Fingerprint now = take_fingerprint(self->path_);
      if (now != self->fingerprint_) self->fire_soon();
      self->fingerprint_ = now;
      self->poll();
    });
  }

  void fire_soon() {
    if (pending_) return;
    pending_ = true;
    debounce_.expires_after(kDebounce);
    debounce_.async_wait([self = shared_from_this()](error_code error) {
      if (error || !self->changed_) return;
      self->pending_ = false;
      // before the call: what changes from here on is seen by the next look. Many files are not looked at twice for one
      // change; the next poll then calls again, and finds what inotify may not have told
      if (self->fingerprint_.files <= kMany) self->fingerprint_ = take_fingerprint(self->path_);
      const auto changed = self->changed_;  // it may end the watch
      changed();
    });
  }

  std::filesystem::path path_;
  std::function<void()> changed_;  // null: stopped
  Descriptor inotify_;
  Timer poll_, debounce_;
  Fingerprint fingerprint_;
  int parent_ = -1, directory_ = -1;
  bool pending_ = false;
  alignas(inotify_event) std::array<char, 4096> events_{};
};

FileWatch::FileWatch(Executor executor, std::filesystem::path path, std::function<void()> changed)
    : impl_(std::make_shared<Impl>(executor, std::move(path), std::move(changed))) {
  impl_->start();
}

FileWatch::~FileWatch() { impl_->stop(); }

}  // namespace gatehouse::routing
