// The two kinds of plain files that a policy names: domains by category, users by address.
//
// One entry a line, words apart by blanks; '#' begins a comment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/lang/address_set.h"
#include "policy/lang/diagnostic.h"
#include "policy/lang/domain.h"

namespace vitrine::policy {

struct CategoryEntry {
  std::string category;
  DomainPattern pattern;
};
// "CATEGORY PATTERN"
std::vector<CategoryEntry> parse_categories(std::string_view text, const std::string& file,
                                            Problems& problems);

struct UserEntry {
  AddressRange range;
  std::string user;
};
// "ADDRESS USER"; the address may be a network or a range.  Overlaps are errors.
std::vector<UserEntry> parse_user_table(std::string_view text, const std::string& file,
                                        Problems& problems);

}  // namespace vitrine::policy
