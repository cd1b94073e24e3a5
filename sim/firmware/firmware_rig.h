// The firmware on the Verilated core, with a host that sends it commands.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "firmware/base/error.h"
#include "firmware/supervisor/protocol.h"
#include "sim/mcu/machine.h"

#include "host/base/status.h"

namespace vitrine::sim {

struct FirmwareReply {
  firmware::Error error = firmware::Error::kOk;
  std::vector<uint32_t> words;
  uint64_t clocks = 0;  // from the ring to the reply
};

class FirmwareRig {
 public:
  // `bus` is what the firmware finds behind the control bus; `each_clock` runs beside every clock
  // of the core.
  FirmwareRig(mcu::ControlBus bus, std::function<void()> each_clock);

  // kNotFound and so on: there is no such file, or it does not fit.
  Status load(const std::string& elf);
  // Lets the core run until the firmware has said that it takes commands. kTimeout.
  Status boot();
  // kTimeout where no answer comes.
  Result<FirmwareReply> command(firmware::Command command,
                                const std::vector<uint32_t>& operands = {}, uint32_t direction = 0);
  // As many operand words as `header` says, whatever follows.
  Result<FirmwareReply> raw(uint32_t header, const std::vector<uint32_t>& operands);
  void clocks(uint64_t count);
  uint32_t traps() const { return traps_; }

  mcu::Machine machine;

 private:
  void tick();

  std::function<void()> each_clock_;
  uint32_t traps_ = 0;
};

}  // namespace vitrine::sim
