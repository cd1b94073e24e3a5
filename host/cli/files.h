// Small files that people name on the command line.
#pragma once

#include <string>
#include <string_view>

#include "host/base/status.h"

namespace vitrine::cli {

inline constexpr size_t kMaxFile = 1U << 20;

// "-": standard input. kExhausted for more than `most` bytes.
Result<std::string> read_file(const std::string& path, size_t most = kMaxFile);
// Whole or not at all: written aside and renamed. Mode 0644.
Status write_file(const std::string& path, std::string_view text);

}  // namespace vitrine::cli
