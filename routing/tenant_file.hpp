// One file of tenants as it was read last: what its text was, and which tenants came of it. Private to this folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/file_stamp.hpp"
#include "routing/tenant.hpp"

namespace gatehouse::routing {

struct TenantFile {
  struct Piece {
    std::uint64_t hash = 0;  // of the document's text
    TenantPtr tenant;        // null: it has errors
  };
  FileStamp stamp;
  bool certain = false;    // an equal stamp means an equal text
  std::uint64_t hash = 0;  // of the whole text
  bool single = false;     // the file is one tenant's document
  bool cut = false;        // pieces were hashed as text, not as parsed documents
  std::vector<Piece> pieces;

  // "tenants[3]"; empty in a file with one document.
  std::string place(std::size_t piece) const { return single ? "" : "tenants[" + std::to_string(piece) + "]"; }
};

std::uint64_t hash_of(std::string_view text);

// Turns a parsed tenant into the one to publish. `place` is its path in the file.
using FinishTenant =
    std::function<TenantPtr(std::shared_ptr<Tenant> tenant, const std::string& place, config::Problems& problems)>;

// The tenants of a file's text. Those that `before` has with the same text are taken over; pass nullptr to parse all.
// `name` is the file's, and ends as `.json` when it is JSON; paths of problems begin with it.
TenantFile read_tenants(std::string_view text, const std::string& name, const TenantFile* before,
                        const Defaults& defaults, const FinishTenant& finish, config::Problems& problems);

}  // namespace gatehouse::routing
