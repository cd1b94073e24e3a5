#include "host/cli/progress_bar.h"

#include <algorithm>

#include <fmt/format.h>

namespace vitrine::cli {

std::string progress_line(std::string_view stage, uint64_t done, uint64_t all, size_t width) {
  constexpr size_t kAround = 18;  // stage, brackets and percentage
  constexpr size_t kLongestBar = 40;
  const uint64_t share = all == 0 ? 100 : std::min(done, all) * 100 / all;
  const size_t bar = std::min(width > kAround ? width - kAround : 0, kLongestBar);
  const size_t full = bar * share / 100;
  return fmt::format("{:<8} [{}{}] {:>3} %", stage.substr(0, 8), std::string(full, '#'),
                     std::string(bar - full, '.'), share);
}

void ProgressBar::show(std::string_view stage, uint64_t done, uint64_t all) {
  if (width_ == 0) {
    return;
  }
  std::string line = progress_line(stage, done, all, width_);
  if (line != shown_) {
    out_ << "\r" << line << (done >= all ? "\n" : "") << std::flush;
    shown_ = std::move(line);
  }
}

}  // namespace vitrine::cli
