#include "routing/registry_file.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "config/file.hpp"

namespace gatehouse::routing {
namespace {

std::string joined(const std::string& place, const std::string& key) {
  return place.ends_with(": ") ? place + key : place + "." + key;
}

// A place at the end of a sentence.
std::string named(std::string place) {
  if (place.ends_with(": ")) place.resize(place.size() - 2);
  return place;
}

}  // namespace

// What one refresh finds, before any of it counts.
struct FileRegistry::Update {
  bool is_directory = false;
  std::vector<std::pair<std::string, FileStamp>> to_read;
  std::vector<std::string> gone;
  std::map<std::string, FilePtr> files;           // read anew
  std::unordered_set<const Tenant*> old_tenants;  // of the files above as they were
  std::unordered_set<const Tenant*> new_tenants;
  std::vector<std::pair<std::string, TenantPtr>> added, repeated;  // in order, with their places

  bool is_removed(const Tenant* tenant) const { return old_tenants.contains(tenant) && !new_tenants.contains(tenant); }
};

FileRegistry::FileRegistry(std::filesystem::path path, Attach attach, std::size_t many)
    : path_(std::move(path)), attach_(std::move(attach)), many_(many) {}

void FileRegistry::set_defaults(Defaults defaults) {
  defaults_ = std::move(defaults);
  merge_again_ = true;
}

std::string FileRegistry::describe() const {
  std::error_code ignored;
  return (std::filesystem::is_directory(path_, ignored) ? "directory " : "file ") + path_.string();
}

bool FileRegistry::refresh(config::Problems& problems) {
  config::Problems found;
  Update update;
  look(update, found);
  if (!found.any_errors()) {
    read(update, found);
    compare(update);
    check_unique(update, found);
  }
  problems.append(found);
  if (found.any_errors()) return false;
  const bool is_new = publish(update);
  if (is_new && routes_->tenants->empty()) problems.warning(path_.string(), "holds no tenants");
  return is_new;
}

void FileRegistry::look(Update& update, config::Problems& problems) {
  std::error_code error;
  const auto root = stamp_of(path_, error);
  if (root) {
    update.is_directory = root->is_directory;
    // asked in any case: what is told now is not told again
    const auto names = root->is_directory ? events_.names(path_, *root) : std::nullopt;
    const bool some = names && files_.size() > many_ && !merge_again_;
    if (!some) look_at_all(update, *root, error);
    std::error_code vanished;
    for (const std::string& name : some ? *names : std::set<std::string>{})
      if (is_tenant_file_name(name)) look_at(update, name, stamp_of(path_ / name, vanished));
  }
  if (error) problems.error(path_.string(), error.message());
  std::sort(update.to_read.begin(), update.to_read.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

void FileRegistry::look_at(Update& update, std::string_view name, const std::optional<FileStamp>& stamp) const {
  const auto known = files_.find(name);
  const bool is_known = known != files_.end();
  if (!stamp || !stamp->is_regular) {
    if (is_known) update.gone.emplace_back(name);
    return;
  }
  const bool is_same = is_known && known->second->certain && known->second->stamp == *stamp;
  if (!is_same || merge_again_) update.to_read.emplace_back(name, *stamp);
}

void FileRegistry::look_at_all(Update& update, const FileStamp& root, std::error_code& error) const {
  std::size_t seen = 0;
  const auto each = [&](const auto& body) {
    if (root.is_directory) each_tenant_file(path_, body, error);
    else body(path_.filename().native(), root);
  };
  each([&](std::string_view name, const FileStamp& stamp) {
    seen += files_.contains(name);
    look_at(update, name, stamp);
  });
  if (seen == files_.size()) return;
  std::unordered_set<std::string> names;  // some have left: who is still there?
  each([&](std::string_view name, const FileStamp&) { names.emplace(name); });
  for (const auto& [name, file] : files_)
    if (!names.contains(name)) update.gone.push_back(name);
}

void FileRegistry::read(Update& update, config::Problems& problems) const {
  for (const auto& [name, stamp] : update.to_read) {
    const auto known = files_.find(name);
    const TenantFile* before = known == files_.end() ? nullptr : known->second.get();
    const bool certain = !stamp.may_hide_writes_at(std::chrono::system_clock::now());
    const auto text = config::read_text(update.is_directory ? path_ / name : path_, problems);
    if (!text) continue;

    TenantFile file;
    const std::uint64_t hash = hash_of(*text);
    const FinishTenant finish_one = [&](std::shared_ptr<Tenant> tenant, const std::string& place, config::Problems& p) {
      return finish(std::move(tenant), place, p);
    };
    if (before && !merge_again_ && before->hash == hash) file = *before;
    else file = read_tenants(*text, name, merge_again_ ? nullptr : before, defaults_, finish_one, problems);
    file.stamp = stamp;
    file.certain = certain;
    file.hash = hash;
    update.files[name] = std::make_shared<const TenantFile>(std::move(file));
  }
}

// The tenant in force when nothing about it changed, else the new one with its chain and backend.
TenantPtr FileRegistry::finish(std::shared_ptr<Tenant> tenant, const std::string& place,
                               config::Problems& problems) const {
  const TenantPtr* previous = routes_->tenants->look(tenant->id);
  if (previous && (*previous)->hash == tenant->hash) return *previous;
  if (!attach_) return tenant;
  config::Problems own;
  attach_(*tenant, previous ? previous->get() : nullptr, own);
  problems.append(own, place.empty() ? "" : place + ".");
  return tenant;
}

void FileRegistry::compare(Update& update) const {
  const auto leave = [&](const std::string& name) {
    const auto before = files_.find(name);
    if (before == files_.end()) return;
    for (const TenantFile::Piece& piece : before->second->pieces) update.old_tenants.insert(piece.tenant.get());
  };
  for (const std::string& name : update.gone) leave(name);
  for (const auto& [name, file] : update.files) leave(name);
  for (const auto& [name, file] : update.files) {
    for (std::size_t i = 0; i < file->pieces.size(); ++i) {
      const TenantPtr& tenant = file->pieces[i].tenant;
      if (!tenant) continue;
      const bool is_first = update.new_tenants.insert(tenant.get()).second;
      if (!is_first) update.repeated.emplace_back(name + ": " + file->place(i), tenant);
      else if (!update.old_tenants.contains(tenant.get()))
        update.added.emplace_back(name + ": " + file->place(i), tenant);
    }
  }
}

void FileRegistry::check_unique(const Update& update, config::Problems& problems) const {
  const auto claim = [&](const std::string& place, const std::string& what, const std::string& other) {
    problems.error(place, "`" + what + "` is claimed by " + named(other) + " too");
  };
  for (const auto& [place, tenant] : update.repeated)
    claim(joined(place, "id"), tenant->id, place_of(update, tenant.get()));

  std::unordered_map<std::string_view, const std::string*> ids, hosts;  // of those added, with their places
  for (const auto& [place, tenant] : update.added) {
    const TenantPtr* same_id = routes_->tenants->look(tenant->id);
    const auto [id, is_first] = ids.emplace(tenant->id, &place);
    if (!is_first || (same_id && !update.is_removed(same_id->get()))) {
      claim(joined(place, "id"), tenant->id, is_first ? place_of(update, same_id->get()) : *id->second);
      continue;
    }
    for (std::size_t i = 0; i < tenant->hosts.size(); ++i) {
      const std::string& name = tenant->hosts[i].name;
      const HostEntry* entry = routes_->hosts->entry(name);
      const auto [host, is_free] = hosts.emplace(name, &place);
      if (is_free && (!entry || update.is_removed(entry->tenant.get()))) continue;
      claim(joined(place, "hosts[" + std::to_string(i) + "]"), name,
            is_free ? place_of(update, entry->tenant.get()) : *host->second);
    }
  }
}

std::string FileRegistry::place_of(const Update& update, const Tenant* tenant) const {
  const auto in = [&](const std::string& name, const TenantFile& file) -> std::optional<std::string> {
    for (std::size_t i = 0; i < file.pieces.size(); ++i)
      if (file.pieces[i].tenant.get() == tenant) return name + ": " + file.place(i);
    return std::nullopt;
  };
  for (const auto& [name, file] : update.files)
    if (auto place = in(name, *file)) return *place;
  for (const auto& [name, file] : files_)
    if (auto place = in(name, *file)) return *place;
  return "tenant " + tenant->id;
}

bool FileRegistry::publish(Update& update) {
  for (const std::string& name : update.gone) files_.erase(name);
  HostIndex::Change hosts;
  TenantMap::Change tenants;
  for (const Tenant* tenant : update.old_tenants) {
    if (update.new_tenants.contains(tenant)) continue;
    tenants.removed.push_back(tenant->id);
    for (const HostSpec& host : tenant->hosts) hosts.removed.push_back(host.name);
  }
  for (const auto& [place, tenant] : update.added) {
    tenants.added.emplace_back(tenant->id, tenant);
    for (const HostSpec& host : tenant->hosts) hosts.added.emplace_back(host.name, HostEntry{tenant, host.redirect});
  }
  auto next = std::make_shared<Routes>(*routes_);
  const bool is_new = routes_->revision == 0 || !tenants.empty();
  if (is_new) {
    next->hosts = routes_->hosts->with(std::move(hosts));
    next->tenants = std::make_shared<TenantMap>(routes_->tenants->with(tenants));
    ++next->revision;
    routes_ = std::move(next);
  }
  for (auto& [name, file] : update.files) files_[name] = std::move(file);
  merge_again_ = false;
  events_.settled();
  return is_new;
}

}  // namespace gatehouse::routing
