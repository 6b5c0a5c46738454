#include "routing/tenant_file.hpp"

#include <unordered_map>

#include "config/file.hpp"
#include "routing/document_split.hpp"

namespace gatehouse::routing {
namespace {

using config::Json;

class TenantFileReader {
 public:
  TenantFileReader(const TenantFile* before, const Defaults& defaults, const FinishTenant& finish)
      : before_(before), defaults_(defaults), finish_(finish) {}

  // False: a piece cannot be parsed by itself.
  bool read_pieces(const std::vector<std::string_view>& pieces) {
    begin(false, true);
    for (const std::string_view text : pieces) {
      const std::uint64_t hash = hash_of(text);
      if (take_over(hash)) continue;
      config::Problems ignored;
      const auto list = config::parse_document(text, ignored);
      if (!list || !list->is_array() || list->size() != 1) return false;
      add(hash, list->front());
    }
    return true;
  }

  void read_whole(const Json& document) {
    const bool is_list = document.is_object() && (document.contains("tenants") || !document.contains("id"));
    begin(!is_list, false);
    if (document.is_null()) return;
    if (!is_list) return add_parsed(document);
    config::Reader r(document, "", std::make_shared<config::Scope>(config::Scope{problems_, {}, false}));
    int schema = 1;
    r.optional("schema", schema, 1, 1);
    r.each("tenants", [this](const Json& tenant, const std::string&) { add_parsed(tenant); });
  }

  TenantFile file;
  const config::Problems& problems() const { return problems_; }

 private:
  void begin(bool single, bool cut) {
    file = TenantFile{};
    file.single = single;
    file.cut = cut;
    problems_ = {};
    known_.clear();
    if (!before_ || before_->cut != cut) return;
    known_.reserve(before_->pieces.size());
    for (const TenantFile::Piece& piece : before_->pieces) known_.emplace(piece.hash, &piece);
  }

  bool take_over(std::uint64_t hash) {
    const auto known = known_.find(hash);
    if (known == known_.end()) return false;
    file.pieces.push_back(*known->second);
    return true;
  }

  void add_parsed(const Json& document) {
    const std::uint64_t hash = hash_of(document.dump());
    if (!take_over(hash)) add(hash, document);
  }

  void add(std::uint64_t hash, const Json& document) {
    const std::string place = file.place(file.pieces.size());
    auto tenant = read_tenant(document, defaults_, place, problems_);
    file.pieces.push_back({hash, tenant ? finish_(std::move(tenant), place, problems_) : nullptr});
  }

  const TenantFile* before_;
  const Defaults& defaults_;
  const FinishTenant& finish_;
  config::Problems problems_;
  std::unordered_map<std::uint64_t, const TenantFile::Piece*> known_;  // of `before`, by hash
};

}  // namespace

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

TenantFile read_tenants(std::string_view text, const std::string& name, const TenantFile* before,
                        const Defaults& defaults, const FinishTenant& finish, config::Problems& problems) {
  const bool json = name.ends_with(".json");
  TenantFileReader reader(before, defaults, finish);
  const auto pieces = json ? std::nullopt : split_tenants(text);
  if (!pieces || !reader.read_pieces(*pieces)) {
    const auto document = config::parse_document(text, problems, name, json);
    if (!document) return {};
    reader.read_whole(*document);
  }
  problems.append(reader.problems(), name + ": ");
  return std::move(reader.file);
}

}  // namespace gatehouse::routing
