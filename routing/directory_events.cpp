#include "routing/directory_events.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>

namespace gatehouse::routing {
namespace {

constexpr std::uint32_t kTouched =
    IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

}  // namespace

DirectoryEvents::~DirectoryEvents() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<std::set<std::string>> DirectoryEvents::names(const std::filesystem::path& path,
                                                            const FileStamp& directory) {
  drain();
  if (!watch(path, directory)) any_ = true;
  if (any_ || names_.empty()) return std::nullopt;
  return names_;
}

// True when the same directory has been watched since the last call.
bool DirectoryEvents::watch(const std::filesystem::path& path, const FileStamp& directory) {
  if (watch_ >= 0 && device_ == directory.device && inode_ == directory.inode) return true;
  if (fd_ < 0) fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ < 0) return false;
  if (watch_ >= 0) ::inotify_rm_watch(fd_, watch_);
  watch_ = ::inotify_add_watch(fd_, path.c_str(), kTouched);
  device_ = directory.device;
  inode_ = directory.inode;
  return false;
}

void DirectoryEvents::drain() {
  alignas(inotify_event) char buffer[16 * 1024];
  while (fd_ >= 0) {
    const ssize_t size = ::read(fd_, buffer, sizeof buffer);
    if (size <= 0) return;
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      if (event.wd == watch_ && event.len > 0) names_.emplace(buffer + at + sizeof event);
      else any_ = true;
      if (event.wd == watch_ && (event.mask & IN_IGNORED) != 0) watch_ = -1;
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

}  // namespace gatehouse::routing
