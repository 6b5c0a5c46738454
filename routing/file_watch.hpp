// Tells when a file or a directory changes: in place, by rename, by a swapped symbolic link (as Kubernetes does with
// ConfigMaps). inotify where it works, and a look each second, since inotify is silent on network file systems.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "proxy/core/net.hpp"

namespace gatehouse::routing {

class FileWatch {
 public:
  // `changed` runs on the executor's loop, at most once per 100 ms; it may run without need, never miss.
  FileWatch(Executor executor, std::filesystem::path path, std::function<void()> changed);
  ~FileWatch();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace gatehouse::routing
