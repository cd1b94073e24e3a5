// What the simulated card's thread asks of a model: `sim/card/card_model.h` is the Verilated one.
//
// Threads: one at a time. A call that says so ticks the model's clock.
#pragma once

#include <cstdint>
#include <vector>

#include "host/base/bytes.h"

namespace vitrine::card::sim {

class Model {
 public:
  virtual ~Model() = default;

  // Tick until the access is answered; false where the card answers with an error.
  virtual bool axi_write(uint32_t address, uint32_t value) = 0;
  virtual bool axi_read(uint32_t address, uint32_t& value) = 0;

  // Frames at the MACs, by wire port: 0 inside, 1 outside.
  virtual void put_frame(unsigned port, Bytes frame) = 0;
  virtual size_t frames_waiting(unsigned port) const = 0;
  virtual bool take_frame(unsigned port, std::vector<uint8_t>& frame) = 0;

  virtual void set_time_ms(uint32_t milliseconds) = 0;
  // Ticks.
  virtual void clock(unsigned count) = 0;
  // Nothing is under way, and nothing will happen without a call.
  virtual bool idle() const = 0;
  virtual bool interrupt() const = 0;
  virtual uint64_t clocks() const = 0;  // since the start
};

}  // namespace vitrine::card::sim
