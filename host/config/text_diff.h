// What differs between two texts, line by line, in the unified format.
//
// The shortest edit script (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986) within
// kMaxEdits changed lines; beyond that everything between the first and the last difference is
// shown as replaced, so that the work is bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitrine::config {

constexpr size_t kMaxEdits = 1000;

// "" where they are equal. With "--- FROM" and "+++ TO" above, three lines of context around.
std::string text_diff(std::string_view before, std::string_view after, const std::string& from,
                      const std::string& to);

}  // namespace vitrine::config
