// What the output goes to: its width, and whether it shows colours. Text is UTF-8, one column a
// character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine::cli {

enum class Colour : uint8_t { kPlain, kBold, kDim, kGood, kWarn, kBad };

struct Terminal {
  bool colours = false;
  size_t width = 0;  // 0: no limit

  std::string paint(std::string_view text, Colour colour) const;
};

size_t display_width(std::string_view text);
// Cut to `width` columns, the last of them "…".
std::string shorten(std::string_view text, size_t width);
// Broken at spaces into lines of at most `width` (words that are longer are broken); 0: one line.
std::vector<std::string> wrap(std::string_view text, size_t width);

}  // namespace vitrine::cli
