// The management core (rtl/mcu), Verilated, with what stands around it: memory loaded, registers of
// the card behind its control bus, a watch on stores.
//
// Threads: one. A failing RTL assertion ends the process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "sim/mcu/elf_file.h"

#include "host/base/status.h"

namespace vitrine::mcu {

constexpr uint32_t kRamBase = 0x8000'0000;
constexpr uint32_t kRamBytes = 128U << 10;

// One clock's news: an instruction carried out, a trap, a store to memory.
struct Step {
  bool retired = false;
  bool trapped = false;
  uint32_t cause = 0;  // of a trap
  uint32_t pc = 0;
  uint32_t instruction = 0;
  std::optional<uint32_t> written;  // to the instruction's rd
  bool stored = false;
  uint32_t store_word = 0;  // address of the word
  uint8_t strobe = 0;
  uint32_t store_data = 0;
};

// The other side of the control bus: registers of the card, by byte address. An empty answer of
// read, or false of write, is a bus error.
struct ControlBus {
  std::function<std::optional<uint32_t>(uint16_t)> read;
  std::function<bool(uint16_t, uint32_t)> write;
  unsigned latency = 1;  // clocks until an answer
};

class Machine {
 public:
  explicit Machine(int seed = 1);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void set_control_bus(ControlBus bus);
  // Holds the core in reset; memory keeps its contents.
  void halt();
  void run();
  // kInvalidArgument where it does not lie within memory. REQUIRES: halted.
  Status load(uint32_t address, std::span<const uint8_t> bytes);
  // All segments; kUnsupported where the entry is not memory's first word, where the boot ROM
  // leads.
  Status load(const ElfFile& file);

  Step clock();
  uint64_t clocks() const;
  void set_interrupt(bool level);
  // mtime counts once every `clocks` (from 1 on).
  void set_tick_every(unsigned clocks);

  // The host's side of the mailbox. REQUIRES: ring and write only while not busy.
  bool mailbox_busy() const;
  void mailbox_write(uint8_t word, uint32_t value);
  void mailbox_ring();
  uint32_t mailbox_read(uint8_t word);

 private:
  struct Model;
  std::unique_ptr<Model> model_;
};

}  // namespace vitrine::mcu
