// Tenants from a file, or from a directory of *.yaml, *.yml and *.json files (not recursive, hidden ones skipped). A
// file is `{schema: 1, tenants: […]}` or a single tenant document. Used by the control thread alone.
#pragma once

#include <filesystem>
#include <unordered_map>

#include "routing/directory_events.hpp"
#include "routing/registry.hpp"
#include "routing/tenant_file.hpp"

namespace gatehouse::routing {

class FileRegistry final : public Registry {
 public:
  static constexpr std::size_t kMany = 10'000;

  // With more than `many` files in the directory, those that inotify names are looked at, and all of them only when it
  // names none.
  FileRegistry(std::filesystem::path path, Attach attach, std::size_t many = kMany);

  // New defaults (a reloaded node configuration): the next refresh merges every tenant again, and keeps those whose
  // effective document came out the same.
  void set_defaults(Defaults defaults);

  // Cheap when nothing changed: files are looked at by size, inode and times, then by hash of each tenant's text; only
  // changed documents are parsed. Tenants whose effective document did not change keep their object. All or nothing:
  // one bad document keeps the whole previous state. Problems are "tenants.yaml: tenants[3].hosts[0]: …"; two tenants
  // that claim one host or id are problems that name both. Warnings come once, when their document is parsed.
  bool refresh(config::Problems& problems) override;
  RoutesPtr routes() const override { return routes_; }
  std::string describe() const override;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using FilePtr = std::shared_ptr<const TenantFile>;
  struct Update;
  void look(Update& update, config::Problems& problems);
  void look_at_all(Update& update, const FileStamp& root, std::error_code& error) const;
  void look_at(Update& update, std::string_view name, const std::optional<FileStamp>& stamp) const;
  void read(Update& update, config::Problems& problems) const;
  TenantPtr finish(std::shared_ptr<Tenant> tenant, const std::string& place, config::Problems& problems) const;
  void compare(Update& update) const;
  void check_unique(const Update& update, config::Problems& problems) const;
  std::string place_of(const Update& update, const Tenant* tenant) const;
  bool publish(Update& update);

  std::filesystem::path path_;
  Attach attach_;
  Defaults defaults_ = Defaults::built_in();
  RoutesPtr routes_ = std::make_shared<Routes>();
  std::unordered_map<std::string, FilePtr, Hash, std::equal_to<>> files_;  // by name, in the registry's directory
  bool merge_again_ = false;                                               // the defaults are new
  std::size_t many_;
  DirectoryEvents events_;
};

}  // namespace gatehouse::routing
