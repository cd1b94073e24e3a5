// The exact-match table: flow key -> 32-bit value. Two-choice cuckoo hashing with buckets of four
// (Pagh and Rodler 2001; Erlingsson, Manasse and McSherry 2006) and a small stash, as the hardware
// has it.
//
// The hash is keyed, so that nobody outside can aim flows at one bucket. Threads: one at a time.
// Memory is allocated at construction only; 54 bytes an entry.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/base/siphash.h"
#include "host/card/flow_hash.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

class FlowTable {
 public:
  static constexpr uint32_t kNone = 0xffffffff;
  static constexpr size_t kWays = 4;
  static constexpr size_t kStashEntries = 8;

  // Room for `keys` keys at 95 % load.
  FlowTable(size_t keys, SipKey seed);

  // kNone where there is no entry.
  uint32_t find(const FlowKey& key) const;
  // False where the key is there already or no place could be found; the table is unchanged then.
  // REQUIRES: value != kNone.
  bool insert(const FlowKey& key, uint32_t value);
  // Both or none.
  bool insert_pair(const FlowKey& a, uint32_t value_a, const FlowKey& b, uint32_t value_b);
  bool erase(const FlowKey& key);

  size_t size() const { return size_; }
  size_t capacity() const { return buckets_.size() * kWays; }

 private:
  using PackedKey = PackedFlowKey;
  struct Bucket {
    std::array<uint16_t, kWays> tags{};
    std::array<uint32_t, kWays> values{};  // kNone: empty
  };
  struct Place {
    uint32_t first;
    uint32_t second;
    uint16_t tag;
  };
  struct StashEntry {
    PackedKey key{};
    uint32_t value = kNone;
  };

  Place place(const PackedKey& key) const;
  uint32_t* locate(const PackedKey& key, const Place& at);
  bool make_room(const Place& at, uint32_t& bucket, size_t& way);
  void put(uint32_t bucket, size_t way, const PackedKey& key, uint16_t tag, uint32_t value);
  int free_way(uint32_t bucket) const;

  const SipKey seed_;
  std::vector<Bucket> buckets_;
  std::vector<PackedKey> keys_;  // buckets_ * kWays
  std::array<StashEntry, kStashEntries> stash_;
  size_t stashed_ = 0;
  size_t size_ = 0;
};

}  // namespace vitrine::card::soft
