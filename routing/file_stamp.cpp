#include "routing/file_stamp.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

namespace gatehouse::routing {
namespace {

using namespace std::chrono_literals;

std::chrono::sys_time<std::chrono::nanoseconds> time_of(const timespec& time) {
  return std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(time.tv_sec) +
                                                         std::chrono::nanoseconds(time.tv_nsec));
}

FileStamp stamp(const struct stat& s) {
  return {s.st_dev,           s.st_ino,           static_cast<std::uint64_t>(s.st_size),
          time_of(s.st_mtim), time_of(s.st_ctim), S_ISDIR(s.st_mode),
          S_ISREG(s.st_mode)};
}

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

bool is_tenant_file_name(std::string_view name) {
  return !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"));
}

bool FileStamp::may_hide_writes_at(std::chrono::system_clock::time_point now) const {
  const bool whole_seconds = modified.time_since_epoch() % 1s == 0ns;
  return modified + (whole_seconds ? 2000ms : 50ms) >= now;
}

std::optional<FileStamp> stamp_of(const std::filesystem::path& path, std::error_code& error) {
  struct stat s {};
  if (::stat(path.c_str(), &s) == 0) return stamp(s);
  error = last_error();
  return std::nullopt;
}

void each_tenant_file(const std::filesystem::path& directory,
                      const std::function<void(std::string_view, const FileStamp&)>& body, std::error_code& error) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) {
    error = last_error();
    return;
  }
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    struct stat s {};
    const bool wanted = is_tenant_file_name(entry->d_name) && ::fstatat(::dirfd(open.get()), entry->d_name, &s, 0) == 0;
    if (wanted && S_ISREG(s.st_mode)) body(entry->d_name, stamp(s));
    errno = 0;
  }
  if (errno != 0) error = last_error();
}

}  // namespace gatehouse::routing
