#include "host/card/driver/ring.h"

#include <algorithm>
#include <bit>
#include <string>

namespace vitrine::card::driver {
namespace {

constexpr size_t kMinEntries = 16;
constexpr size_t kMaxEntries = 4096;

}  // namespace

uint32_t ring_entries(size_t bytes) {
  return static_cast<uint32_t>(
      std::bit_floor(std::clamp(bytes / kEntryBytes, kMinEntries, kMaxEntries)));
}

Status Ring::set_up(uint32_t entries) {
  auto memory = bus_.allocate(entries * kEntryBytes);
  if (!memory) {
    return memory.status();
  }
  memory_ = *memory;
  entries_ = entries;
  for (const auto& [address, value] :
       {std::pair{registers_.base_lo, static_cast<uint32_t>(memory_.bus_address)},
        std::pair{registers_.base_hi, static_cast<uint32_t>(memory_.bus_address >> 32)},
        std::pair{registers_.size, entries}}) {
    if (Status written = bus_.write32(address, value); !written) {
      return written;
    }
  }
  return {};
}

Result<uint32_t> Ring::read_index(uint32_t address) {
  auto index = bus_.read32(address);
  if (index && *index >= entries_) {
    return {Code::kMalformed, "ring: the card is at entry " + std::to_string(*index) + " of " +
                                  std::to_string(entries_)};
  }
  return index;
}

Status ReceiveRing::refresh() {
  const auto head = read_index(registers_.head);
  if (!head) {
    return head.status();
  }
  // It may only have moved on, into what it was given back.
  if (distance(released_, *head) < distance(released_, head_)) {
    return {Code::kMalformed, "ring: the card took back entries that it had handed out"};
  }
  head_ = *head;
  return {};
}

Result<Bytes> ReceiveRing::front() {
  if (Status synced = bus_.from_card(memory_, tail_ * kEntryBytes, kEntryBytes); !synced) {
    return synced;
  }
  return Bytes(entry(tail_));
}

void ReceiveRing::pop() {
  tail_ = after(tail_);
  ++number_;
}

Status ReceiveRing::release() {
  if (released_ == tail_) {
    return {};
  }
  released_ = tail_;
  return bus_.write32(registers_.tail, tail_);
}

Result<bool> SendRing::has_room(uint32_t count) {
  if (free_entries() >= count) {
    return true;
  }
  const auto tail = read_index(registers_.tail);
  if (!tail) {
    return tail.status();
  }
  if (distance(tail_, *tail) > distance(tail_, published_)) {
    return {Code::kMalformed, "ring: the card took entries that it had not been given"};
  }
  tail_ = *tail;
  return free_entries() >= count;
}

Status SendRing::push(InjectAs how, Port port, Bytes frame) {
  encode_inject(entry(head_), how, port, frame);
  Status synced = bus_.to_card(memory_, head_ * kEntryBytes, kEntryHeader + frame.size());
  head_ = after(head_);
  return synced;
}

Status SendRing::publish() {
  if (published_ == head_) {
    return {};
  }
  published_ = head_;
  return bus_.write32(registers_.head, head_);
}

}  // namespace vitrine::card::driver
