// The checks of a certification path: the one table from which verification, `vitrine trust check`
// and docs/trust_checks.md come.
//
// A row is a check of one certificate (run at every depth) or of the whole path. Rows run in order,
// each at rising depth, and the first failure is the verdict. Search rows are the path builder's
// own; they have no function.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "host/trust/path.h"

namespace vitrine::trust {

enum class CheckScope : uint8_t {
  kSearch,       // found out while the path is built
  kCertificate,  // run(path, depth) for every depth
  kPath,         // run(path, 0) once, on an anchored path only
};

struct Check {
  const char* id;       // stable: "basic-constraints"
  const char* section;  // "RFC 5280 4.2.1.9"
  const char* text;     // what must hold
  CheckScope scope;
  Profile profile;  // the least profile that asks for it
  bool for_pins;    // asked of a pinned certificate too
  Outcome (*run)(const Path& path, size_t depth);
};

std::span<const Check> check_table();
// REQUIRES: `id` is in the table.
const Check& check_by_id(std::string_view id);
// Whether the row is asked of this path at all.
bool applies(const Check& check, const Path& path);

// The table as Markdown, for docs/trust_checks.md.
std::string check_table_markdown();

}  // namespace vitrine::trust
