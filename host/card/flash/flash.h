// A card's configuration flash, as its chip is: NOR, erased in sectors, programmed in pages.
//
// Erasing sets every bit of a sector; programming can only clear bits, within one page. Power may
// fail inside any call: then the sector or page holds anything between before and after.
// Offsets and sizes are bytes. Threads: one.
#pragma once

#include <cstdint>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine::card::flash {

inline constexpr uint64_t kPage = 256;
inline constexpr uint64_t kSector = 64U << 10;
inline constexpr uint8_t kErased = 0xff;

class Flash {
 public:
  virtual ~Flash() = default;

  // A multiple of two sectors.
  virtual uint64_t size() const = 0;
  // REQUIRES: within size().
  virtual Status read(uint64_t offset, MutableBytes into) = 0;
  // REQUIRES: `offset` is a sector's.
  virtual Status erase_sector(uint64_t offset) = 0;
  // REQUIRES: within one page; not empty.
  virtual Status program(uint64_t offset, Bytes bytes) = 0;
};

}  // namespace vitrine::card::flash
