// What the driver asks of the way to the card: registers, memory that both reach, an interrupt.
//
// A bus of the machine (XRT) or a simulated card stands behind it; nothing above knows which.
// Errors say what the operator can do. Threads: registers from any thread, memory and interrupt
// from the host's. The bus outlives its users.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine::card::driver {

// Zeroed memory that the card's DMA reaches; lives as long as the bus.
struct SharedMemory {
  MutableBytes bytes;
  uint64_t bus_address = 0;  // 4 KiB aligned
};

class Bus {
 public:
  virtual ~Bus() = default;

  // Posted: may return before the card has seen it. In order with all other accesses.
  virtual Status write32(uint32_t address, uint32_t value) = 0;
  // Comes back after all writes before it have taken effect. kTimeout where the card does not
  // answer, kInternal where it refuses the access.
  virtual Result<uint32_t> read32(uint32_t address) = 0;
  // Registers that follow each other.
  virtual Status read_block(uint32_t address, std::span<uint32_t> words);

  virtual Result<SharedMemory> allocate(size_t bytes) = 0;
  // Before the card reads what the host wrote, and before the host reads what the card wrote, for
  // memory that does not keep itself coherent. REQUIRES: a range of `memory`.
  virtual Status to_card(const SharedMemory& memory, size_t at, size_t bytes);
  virtual Status from_card(const SharedMemory& memory, size_t at, size_t bytes);

  // Readable while the card's interrupt line is up. Up to date with what read32() has returned.
  virtual int interrupt_fd() const = 0;
  // What came in by the card's ports has been dealt with: a stopped card's frames do not pass after
  // a start. A card of hardware takes them in time without being asked.
  virtual Status settle() { return {}; }
  // Between two reads of a register that will change: sleeps where reading costs the host more than
  // the card.
  virtual void pause() {}
  // A line for people: interfaces, board.
  virtual std::string description() const = 0;
};

}  // namespace vitrine::card::driver
