// Which files of a directory were touched since the last look, as inotify tells it: so that one change among many files
// costs one look. Private to this folder.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "routing/file_stamp.hpp"

namespace gatehouse::routing {

class DirectoryEvents {
 public:
  DirectoryEvents() = default;
  DirectoryEvents(const DirectoryEvents&) = delete;
  ~DirectoryEvents();

  // The names touched since the last settled(). nullopt: all may have been; so at the first call, when another
  // directory is at `path` now, when events were lost, and when nothing at all was told, since somebody knows why he
  // asks.
  std::optional<std::set<std::string>> names(const std::filesystem::path& path, const FileStamp& directory);
  void settled() { names_.clear(), any_ = false; }

 private:
  bool watch(const std::filesystem::path& path, const FileStamp& directory);
  void drain();

  int fd_ = -1, watch_ = -1;
  std::uint64_t device_ = 0, inode_ = 0;
  std::set<std::string> names_;
  bool any_ = false;  // more than names_ may have been touched
};

}  // namespace gatehouse::routing
