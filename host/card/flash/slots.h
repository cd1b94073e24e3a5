// Two slots of a card's flash, and which of them the card boots.
//
// A slot is half of the flash: a sector of records, then the image. A record is a page:
//
//   0   "VTRSLOT1"
//   8   sequence number, 8 bytes, little-endian: the highest of both slots boots
//   16  size of the image, 8 bytes, little-endian
//   24  SHA-256 of the image
//   56  SHA-256 of bytes 0..55
//
// A new image is written while its slot has no record, and gets one when it has been read back and
// is right; so at every moment the slot that boots holds a whole image, and the moment of change is
// the programming of one page, whose sum tells a torn one. A rollback adds a record to the other
// slot. A slot whose image no longer has its record's digest does not boot.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "host/card/flash/flash.h"
#include "host/card/image/digest.h"

namespace vitrine::card::flash {

inline constexpr size_t kSlots = 2;

struct Record {
  uint64_t sequence = 0;
  uint64_t size = 0;
  image::Digest digest{};
};

// What is being done, and how far it is: bytes of all bytes.
using Progress = std::function<void(std::string_view stage, uint64_t done, uint64_t all)>;

class Slots {
 public:
  // The flash must outlive it.
  explicit Slots(Flash& flash) : flash_(flash) {}

  // Bytes of the largest image.
  uint64_t capacity() const { return flash_.size() / kSlots - kSector; }

  // The newest whole record of a slot; nullopt where it has none.
  Result<std::optional<Record>> record(size_t slot);
  // The image of a slot. kNotFound where it has no record, kMalformed where it is damaged.
  Result<std::vector<uint8_t>> image(size_t slot);
  // The slot that boots: that of the highest sequence number among those with a whole image.
  // nullopt where no slot has one.
  Result<std::optional<size_t>> boots();

  // Puts `image` into the slot that does not boot, and makes that one boot. Where it fails, or
  // power goes, what booted before boots again. kExhausted: too large.
  Result<size_t> write(Bytes image, const Progress& progress);
  // Makes the other slot boot. kNotFound where it holds no whole image; kExhausted where its sector
  // is full of records.
  Result<size_t> roll_back();

 private:
  uint64_t begin(size_t slot) const { return slot * (flash_.size() / kSlots); }
  Status erase(size_t slot, uint64_t image_size, const Progress& progress);
  Status program(size_t slot, Bytes image, const Progress& progress);
  Status check(size_t slot, const Record& record, const Progress& progress);
  Status add_record(size_t slot, Record record);
  Result<uint64_t> next_sequence();

  Flash& flash_;
};

}  // namespace vitrine::card::flash
