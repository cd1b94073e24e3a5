// Edits of a policy's text that keep everything else as it is: order, comments, blanks.
//
// Works on lists in block style ("- name: ..." lines).  The result has been read again and differs
// in nothing but the edit, or there is an error and no result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/status.h"

namespace vitrine::policy {

enum class Place : uint8_t { kAbove, kBelow, kFirst, kLast };

// Adds a rule ("name: x\naction: decrypt\n", a block map without its dash) to a list
// ("decryption"). `anchor`: the rule above or below which it goes; not looked at for kFirst and
// kLast.
Result<std::string> insert_rule(std::string_view policy, const std::string& list, Place place,
                                const std::string& anchor, std::string_view rule);

// Removes a rule with the comment lines inside it.
Result<std::string> remove_rule(std::string_view policy, const std::string& list,
                                const std::string& name);

}  // namespace vitrine::policy
