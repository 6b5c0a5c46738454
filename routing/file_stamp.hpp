// What the file system tells of a file without reading it: equal stamps mean an equal file, but for writes within one
// tick of its clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>

namespace gatehouse::routing {

struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::chrono::sys_time<std::chrono::nanoseconds> modified, changed;
  bool is_directory = false, is_regular = false;
  bool operator==(const FileStamp&) const = default;

  // Could a write at `now` or later leave the stamp as it is? Some file systems count whole seconds.
  bool may_hide_writes_at(std::chrono::system_clock::time_point now) const;
};

// Symbolic links are followed.
std::optional<FileStamp> stamp_of(const std::filesystem::path& path, std::error_code& error);

// *.yaml, *.yml, *.json, and not hidden.
bool is_tenant_file_name(std::string_view name);

// The regular files of a directory with such names, in no order. Those that vanish meanwhile are left out.
void each_tenant_file(const std::filesystem::path& directory,
                      const std::function<void(std::string_view name, const FileStamp& stamp)>& body,
                      std::error_code& error);

}  // namespace gatehouse::routing
