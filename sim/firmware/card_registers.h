// The card's control bus as the firmware sees it, in C++: registers by their map, a flow unit and a
// rule unit that keep what they are told, and the lanes' self-test port computed by OpenSSL.
//
// For running the firmware on the core without the card; what each unit does follows the map's
// descriptions (hw/regs). An address that the map does not have is a bus error. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "sim/mcu/machine.h"

namespace vitrine::sim {

class CardRegisters {
 public:
  static constexpr size_t kFlowWords = 144;
  using FlowWords = std::array<uint32_t, kFlowWords>;

  CardRegisters();

  mcu::ControlBus bus();
  // One clock of the card: units that are busy come nearer to their end.
  void clock();

  // What the tests plant.
  struct Faults {
    std::optional<unsigned> lane;  // of the outgoing leg where outgoing, else of the incoming one
    bool outgoing = false;
    bool lanes_hang = false;
    uint32_t scratch_stuck_at_one = 0;
    bool flow_unit_hangs = false;
    std::optional<uint32_t> broken_address;  // answers with an error
  };
  Faults faults;
  // Clocks of a flow command; by default kFlowClocks.
  std::function<unsigned(uint32_t operation, const FlowWords& words)> flow_clocks;
  static constexpr unsigned kFlowClocks = 40;
  unsigned most_connections = 1U << 20;

  struct Flow {
    uint16_t index = 0;
    FlowWords words{};
  };
  std::map<uint64_t, Flow> flows;
  std::map<uint32_t, std::array<uint32_t, 32>> rule_chunks;  // by INDEX
  std::vector<uint32_t> seed;
  uint32_t active_slices = 0;
  uint32_t zeroized = 0;
  uint32_t beats = 0;
  uint32_t snapshots = 0;
  // The flow mailbox, which the card forgets after each command.
  const FlowWords& mailbox() const { return mailbox_; }
  uint32_t value(uint32_t address) const { return values_.at(address); }

 private:
  std::optional<uint32_t> read(uint16_t address);
  bool write(uint16_t address, uint32_t value);
  void flow_command(uint32_t value);
  uint32_t carry_out(uint32_t operation);
  void rule_command(uint32_t value);
  void run_lanes(bool aes256);

  std::map<uint32_t, uint32_t> values_;  // of every register
  FlowWords mailbox_{};
  std::array<uint32_t, 32> rule_mailbox_{};
  std::array<uint32_t, 64> operands_{};
  unsigned flow_busy_ = 0;
  uint32_t flow_result_ = 0;
};

}  // namespace vitrine::sim
