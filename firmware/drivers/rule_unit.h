// The card's rules: one chunk of one slice at a time into the generation that is not in use, which
// then takes over as a whole.
#pragma once

#include "firmware/base/error.h"
#include <stdint.h>

namespace vitrine::firmware::rule_unit {

constexpr uint32_t kRows = 32;  // words of a chunk

// REQUIRES: row < kRows, no command under way.
void put(uint32_t row, uint32_t value);
// index: the chunk in bits 6:0, the slice from bit 7 on. kBadRequest: there is no such place.
Error write(uint32_t index);
Error take_over(uint32_t slices, uint32_t version, uint32_t otherwise);

}  // namespace vitrine::firmware::rule_unit
