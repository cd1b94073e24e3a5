#include "host/card/soft/flow_table.h"

#include <algorithm>
#include <cstring>

namespace vitrine::card::soft {
namespace {

// How many buckets a search for room looks at; the longest chain of moves is about log4 of it.
constexpr size_t kSearchLimit = 512;

struct SearchNode {
  uint32_t bucket;
  int16_t parent;
  uint8_t way;  // of the parent's entry that would move here
};

}  // namespace

FlowTable::FlowTable(size_t keys, SipKey seed) : seed_(seed) {
  const size_t buckets = std::max<size_t>(2, (keys * 100 / 95 + kWays) / kWays);
  buckets_.resize(buckets);
  for (auto& bucket : buckets_) {
    bucket.values.fill(kNone);
  }
  keys_.resize(buckets * kWays);
}

FlowTable::Place FlowTable::place(const PackedKey& key) const {
  const uint64_t hash = siphash(seed_, key);
  const uint64_t n = buckets_.size();
  Place at{};
  at.first = static_cast<uint32_t>((hash & 0xffffffffU) * n >> 32U);
  at.second = static_cast<uint32_t>((hash >> 32U) * n >> 32U);
  if (at.second == at.first) {
    at.second = static_cast<uint32_t>((at.first + 1) % n);
  }
  at.tag = static_cast<uint16_t>(hash ^ hash >> 40U);
  return at;
}

uint32_t* FlowTable::locate(const PackedKey& key, const Place& at) {
  for (const uint32_t b : {at.first, at.second}) {
    Bucket& bucket = buckets_[b];
    for (size_t way = 0; way < kWays; ++way) {
      if (bucket.tags[way] == at.tag && bucket.values[way] != kNone &&
          keys_[b * kWays + way] == key) {
        return &bucket.values[way];
      }
    }
  }
  for (size_t i = 0; stashed_ > 0 && i < kStashEntries; ++i) {
    if (stash_[i].value != kNone && stash_[i].key == key) {
      return &stash_[i].value;
    }
  }
  return nullptr;
}

uint32_t FlowTable::find(const FlowKey& key) const {
  const PackedKey packed = pack(key);
  const uint32_t* value = const_cast<FlowTable*>(this)->locate(packed, place(packed));
  return value == nullptr ? kNone : *value;
}

int FlowTable::free_way(uint32_t bucket) const {
  for (size_t way = 0; way < kWays; ++way) {
    if (buckets_[bucket].values[way] == kNone) {
      return static_cast<int>(way);
    }
  }
  return -1;
}

void FlowTable::put(uint32_t bucket, size_t way, const PackedKey& key, uint16_t tag,
                    uint32_t value) {
  keys_[bucket * kWays + way] = key;
  buckets_[bucket].tags[way] = tag;
  buckets_[bucket].values[way] = value;
}

// Breadth first through the buckets that entries could move to, then moves them from the far end
// back, so that every entry is in the table at every moment.
bool FlowTable::make_room(const Place& at, uint32_t& bucket, size_t& way) {
  std::array<SearchNode, kSearchLimit> nodes;
  size_t count = 0;
  nodes[count++] = {at.first, -1, 0};
  nodes[count++] = {at.second, -1, 0};
  for (size_t i = 0; i < count; ++i) {
    int free = free_way(nodes[i].bucket);
    if (free < 0) {
      for (size_t w = 0; w < kWays && count < kSearchLimit; ++w) {
        const Place other = place(keys_[nodes[i].bucket * kWays + w]);
        const uint32_t next = other.first == nodes[i].bucket ? other.second : other.first;
        nodes[count++] = {next, static_cast<int16_t>(i), static_cast<uint8_t>(w)};
      }
      continue;
    }
    size_t node = i;
    while (nodes[node].parent >= 0) {
      const uint32_t from = nodes[static_cast<size_t>(nodes[node].parent)].bucket;
      const size_t from_way = nodes[node].way;
      // The same bucket may be on the path twice; then the plan no longer holds.
      const Place moved = place(keys_[from * kWays + from_way]);
      if (moved.first != nodes[node].bucket && moved.second != nodes[node].bucket) {
        return false;
      }
      put(nodes[node].bucket, static_cast<size_t>(free), keys_[from * kWays + from_way],
          buckets_[from].tags[from_way], buckets_[from].values[from_way]);
      buckets_[from].values[from_way] = kNone;
      free = static_cast<int>(from_way);
      node = static_cast<size_t>(nodes[node].parent);
    }
    bucket = nodes[node].bucket;
    way = static_cast<size_t>(free);
    return true;
  }
  return false;
}

bool FlowTable::insert(const FlowKey& key, uint32_t value) {
  const PackedKey packed = pack(key);
  const Place at = place(packed);
  if (locate(packed, at) != nullptr) {
    return false;
  }
  uint32_t bucket = 0;
  size_t way = 0;
  if (make_room(at, bucket, way)) {
    put(bucket, way, packed, at.tag, value);
    ++size_;
    return true;
  }
  for (auto& entry : stash_) {
    if (entry.value == kNone) {
      entry = {packed, value};
      ++stashed_;
      ++size_;
      return true;
    }
  }
  return false;
}

bool FlowTable::insert_pair(const FlowKey& a, uint32_t value_a, const FlowKey& b,
                            uint32_t value_b) {
  if (!insert(a, value_a)) {
    return false;
  }
  if (!insert(b, value_b)) {
    erase(a);
    return false;
  }
  return true;
}

bool FlowTable::erase(const FlowKey& key) {
  const PackedKey packed = pack(key);
  uint32_t* value = locate(packed, place(packed));
  if (value == nullptr) {
    return false;
  }
  *value = kNone;
  --size_;
  for (const auto& entry : stash_) {
    stashed_ -= &entry.value == value ? 1U : 0U;
  }
  return true;
}

}  // namespace vitrine::card::soft
