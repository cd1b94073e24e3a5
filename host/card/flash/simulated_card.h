// A simulated card as far as images are concerned: a folder with its flash and its board's name.
//
//   DIR/board   "u55c\n"
//   DIR/flash   the flash, as it is
#pragma once

#include <memory>
#include <string>

#include "host/card/flash/file_flash.h"

namespace vitrine::card::flash {

inline constexpr uint64_t kDefaultFlash = 128U << 20;

struct SimulatedCard {
  std::string board;
  std::unique_ptr<FileFlash> flash;
};

// kAlreadyExists where there is one; kInvalidArgument for a size that no flash has.
Result<SimulatedCard> create_simulated_card(const std::string& folder, const std::string& board,
                                            uint64_t flash_size);
// kNotFound, with what to type, where there is none.
Result<SimulatedCard> open_simulated_card(const std::string& folder);

}  // namespace vitrine::card::flash
