// The host's end of a ring in shared memory: where entries are and which of them are the host's.
//
// HEAD is where the next entry is put, TAIL where the next is taken; both count entries modulo the
// ring's size, equal means empty, so that one entry stays free. The card's index is checked: one
// that cannot be is an error (kMalformed), not an address.
// Threads: one. The bus must outlive the ring.
#pragma once

#include <cstdint>

#include "host/base/status.h"
#include "host/card/driver/bus.h"
#include "host/card/driver/ring_entry.h"

namespace vitrine::card::driver {

// The registers of one ring, in the order of the card's map.
struct RingRegisters {
  uint32_t base_lo, base_hi, size, head, tail;
};

// How many entries a ring of about so many bytes has: a power of two, 16 ... 4096.
uint32_t ring_entries(size_t bytes);

// Common to both kinds.
class Ring {
 public:
  Ring(Bus& bus, const RingRegisters& registers) : bus_(bus), registers_(registers) {}
  // Tells the card where the ring is. REQUIRES: the card does not run.
  Status set_up(uint32_t entries);

 protected:
  MutableBytes entry(uint32_t index) const {
    return memory_.bytes.subspan(index * kEntryBytes, kEntryBytes);
  }
  uint32_t after(uint32_t index) const { return (index + 1) & (entries_ - 1); }
  uint32_t distance(uint32_t from, uint32_t to) const { return (to - from) & (entries_ - 1); }
  // The card's index. kMalformed where it is no index of the ring.
  Result<uint32_t> read_index(uint32_t address);

  Bus& bus_;
  const RingRegisters registers_;
  SharedMemory memory_;
  uint32_t entries_ = 0;
};

// The card puts, the host takes.
class ReceiveRing : public Ring {
 public:
  using Ring::Ring;
  // Looks how far the card has got.
  Status refresh();
  bool empty() const { return tail_ == head_; }
  // The oldest entry; its memory is the host's until release(). REQUIRES: not empty().
  Result<Bytes> front();
  uint32_t number() const { return number_; }
  void pop();
  // Gives everything that was popped back to the card.
  Status release();

 private:
  uint32_t head_ = 0;
  uint32_t tail_ = 0;
  uint32_t released_ = 0;
  uint32_t number_ = 0;  // of the entry at tail_
};

// The host puts, the card takes.
class SendRing : public Ring {
 public:
  using Ring::Ring;
  // Whether `count` entries fit; asks the card where they do not by what is known.
  Result<bool> has_room(uint32_t count);
  // REQUIRES: has_room().
  Status push(InjectAs how, Port port, Bytes frame);
  // The doorbell: the card may take what was pushed.
  Status publish();

 private:
  uint32_t free_entries() const { return entries_ - 1 - distance(tail_, head_); }

  uint32_t head_ = 0;
  uint32_t tail_ = 0;
  uint32_t published_ = 0;
};

}  // namespace vitrine::card::driver
