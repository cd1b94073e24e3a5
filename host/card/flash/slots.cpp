#include "host/card/flash/slots.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "host/card/little_endian.h"

namespace vitrine::card::flash {
namespace {

using image::Digest;
using Page = std::array<uint8_t, kPage>;

constexpr std::string_view kMagic = "VTRSLOT1";
constexpr size_t kSequenceAt = 8;
constexpr size_t kSizeAt = 16;
constexpr size_t kDigestAt = 24;
constexpr size_t kSumAt = 56;
constexpr size_t kRecordSize = 88;
constexpr size_t kRecords = kSector / kPage;

Result<Page> page_of(const Record& record) {
  Page page;
  page.fill(kErased);
  std::copy(kMagic.begin(), kMagic.end(), page.begin());
  store_le64(&page[kSequenceAt], record.sequence);
  store_le64(&page[kSizeAt], record.size);
  std::copy(record.digest.begin(), record.digest.end(), page.begin() + kDigestAt);
  const auto sum = image::sha256(Bytes(page).first(kSumAt));
  if (!sum) {
    return sum.status();
  }
  std::copy(sum->begin(), sum->end(), page.begin() + kSumAt);
  return page;
}

// nullopt where the page holds none, or a torn one.
std::optional<Record> record_of(Bytes page, uint64_t capacity) {
  if (as_text(page.first(kMagic.size())) != kMagic) {
    return std::nullopt;
  }
  const auto sum = image::sha256(page.first(kSumAt));
  if (!sum || !std::equal(sum->begin(), sum->end(), page.begin() + kSumAt)) {
    return std::nullopt;
  }
  Record record;
  record.sequence = load_le64(&page[kSequenceAt]);
  record.size = load_le64(&page[kSizeAt]);
  std::copy_n(page.begin() + kDigestAt, record.digest.size(), record.digest.begin());
  return record.size > 0 && record.size <= capacity ? std::optional(record) : std::nullopt;
}

bool is_blank(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == kErased; });
}

void tell(const Progress& progress, std::string_view stage, uint64_t done, uint64_t all) {
  if (progress) {
    progress(stage, done, all);
  }
}

}  // namespace

Result<std::optional<Record>> Slots::record(size_t slot) {
  std::vector<uint8_t> sector(kSector);
  if (Status got = flash_.read(begin(slot), sector); !got) {
    return got;
  }
  std::optional<Record> newest;
  for (size_t i = 0; i < kRecords; ++i) {
    const auto found = record_of(Bytes(sector).subspan(i * kPage, kPage), capacity());
    if (found && (!newest || found->sequence > newest->sequence)) {
      newest = found;
    }
  }
  return newest;
}

Result<std::vector<uint8_t>> Slots::image(size_t slot) {
  const auto found = record(slot);
  if (!found) {
    return found.status();
  }
  if (!*found) {
    return Status(Code::kNotFound, fmt::format("slot {} is empty", slot));
  }
  std::vector<uint8_t> bytes((*found)->size);
  if (Status got = flash_.read(begin(slot) + kSector, bytes); !got) {
    return got;
  }
  const auto digest = image::sha256(bytes);
  if (!digest) {
    return digest.status();
  }
  if (*digest != (*found)->digest) {
    return Status(Code::kMalformed, fmt::format("the image of slot {} is damaged", slot));
  }
  return bytes;
}

Result<std::optional<size_t>> Slots::boots() {
  std::optional<size_t> best;
  uint64_t highest = 0;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const auto found = record(slot);
    if (!found) {
      return found.status();
    }
    if (!*found || (best && (*found)->sequence <= highest)) {
      continue;
    }
    const auto whole = image(slot);
    if (whole) {
      best = slot;
      highest = (*found)->sequence;
    } else if (whole.status().code() != Code::kMalformed) {
      return whole.status();
    }
  }
  return best;
}

Result<uint64_t> Slots::next_sequence() {
  uint64_t highest = 0;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const auto found = record(slot);
    if (!found) {
      return found.status();
    }
    highest = std::max(highest, *found ? (*found)->sequence : 0);
  }
  if (highest == std::numeric_limits<uint64_t>::max()) {
    return Status(Code::kExhausted, "the card's sequence numbers have come to their end");
  }
  return highest + 1;
}

Result<size_t> Slots::write(Bytes image, const Progress& progress) {
  if (image.empty() || image.size() > capacity()) {
    return Status(Code::kExhausted, fmt::format("an image of {} bytes; a slot holds 1 to {}",
                                                image.size(), capacity()));
  }
  const auto running = boots();
  const auto sequence = next_sequence();  // before the old record of this slot goes
  const auto digest = image::sha256(image);
  for (const Status& status : {running.status(), sequence.status(), digest.status()}) {
    if (!status) {
      return status;
    }
  }
  const size_t slot = *running ? 1 - **running : 0;
  const Record record{*sequence, image.size(), *digest};
  Status done = erase(slot, image.size(), progress);
  if (done) {
    done = program(slot, image, progress);
  }
  if (done) {
    done = check(slot, record, progress);
  }
  if (done) {
    done = add_record(slot, record);
  }
  return done ? Result<size_t>(slot) : done;
}

// The records go first: from here on the slot does not boot.
Status Slots::erase(size_t slot, uint64_t image_size, const Progress& progress) {
  const uint64_t all = kSector + (image_size + kSector - 1) / kSector * kSector;
  for (uint64_t done = 0; done < all; done += kSector) {
    tell(progress, "erase", done, all);
    if (Status erased = flash_.erase_sector(begin(slot) + done); !erased) {
      return erased;
    }
  }
  tell(progress, "erase", all, all);
  return Status::ok();
}

Status Slots::program(size_t slot, Bytes image, const Progress& progress) {
  const uint64_t all = image.size();
  for (uint64_t done = 0; done < all; done += kPage) {
    if (done % kSector == 0) {
      tell(progress, "write", done, all);
    }
    const Bytes page = image.subspan(done, std::min(kPage, all - done));
    if (Status written = flash_.program(begin(slot) + kSector + done, page); !written) {
      return written;
    }
  }
  tell(progress, "write", all, all);
  return Status::ok();
}

Status Slots::check(size_t slot, const Record& record, const Progress& progress) {
  tell(progress, "verify", 0, record.size);
  std::vector<uint8_t> bytes(record.size);
  if (Status got = flash_.read(begin(slot) + kSector, bytes); !got) {
    return got;
  }
  const auto digest = image::sha256(bytes);
  if (!digest) {
    return digest.status();
  }
  if (*digest != record.digest) {
    return {Code::kInternal,
            "what was written to the flash does not read back; the card boots what it booted "
            "before. Try again; if it fails again, the flash is worn or broken"};
  }
  tell(progress, "verify", record.size, record.size);
  return Status::ok();
}

Status Slots::add_record(size_t slot, Record record) {
  const auto page = page_of(record);
  if (!page) {
    return page.status();
  }
  std::vector<uint8_t> sector(kSector);
  if (Status got = flash_.read(begin(slot), sector); !got) {
    return got;
  }
  for (size_t i = 0; i < kRecords; ++i) {
    // A page that a cut left half written is passed over.
    if (is_blank(Bytes(sector).subspan(i * kPage, kPage))) {
      return flash_.program(begin(slot) + i * kPage, Bytes(*page).first(kRecordSize));
    }
  }
  return {Code::kExhausted,
          fmt::format("slot {} has been chosen {} times; flash its image again", slot, kRecords)};
}

Result<size_t> Slots::roll_back() {
  const auto running = boots();
  if (!running) {
    return running.status();
  }
  if (!*running) {
    return Status(Code::kNotFound, "no slot holds a whole image; flash one");
  }
  const size_t slot = 1 - **running;
  if (const auto whole = image(slot); !whole) {
    return Status(whole.status().code(), "cannot roll back: " + whole.status().message());
  }
  const auto sequence = next_sequence();
  const auto chosen = record(slot);
  if (!sequence || !chosen) {
    return sequence ? chosen.status() : sequence.status();
  }
  Record again = **chosen;
  again.sequence = *sequence;
  Status added = add_record(slot, again);
  return added ? Result<size_t>(slot) : added;
}

}  // namespace vitrine::card::flash
