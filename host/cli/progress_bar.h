// A line that fills while something goes on: on a terminal only.
//
//   write   [##########..........]  50 %
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "host/cli/terminal.h"

namespace vitrine::cli {

class ProgressBar {
 public:
  // Writes nothing where `terminal` is none. The stream must outlive it.
  ProgressBar(std::ostream& out, const Terminal& terminal) : out_(out), width_(terminal.width) {}

  void show(std::string_view stage, uint64_t done, uint64_t all);

 private:
  std::ostream& out_;
  const size_t width_;
  std::string shown_;
};

// The line without what moves the cursor; at most `width` characters.
std::string progress_line(std::string_view stage, uint64_t done, uint64_t all, size_t width);

}  // namespace vitrine::cli
