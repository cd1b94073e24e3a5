// The way out of the card: frames for one wire port, gathered and sent by the batch, each counted
// by what became of it.
//
// Frames are views; flush() before their memory goes. Threads: the worker.
#pragma once

#include <array>
#include <cstdint>

#include "host/card/reasons.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

// Which counter a frame goes to once the port has taken it.
enum class EgressClass : uint8_t { kForwarded, kSpliced, kInjected };

class Egress {
 public:
  static constexpr size_t kBatch = 32;

  // Both must outlive this.
  Egress(WirePort& port, Counters& counters) : port_(port), counters_(counters) {}

  void add(const WireFrame& frame, EgressClass egress_class);
  void flush();
  const WirePort& port() const { return port_; }

 private:
  WirePort& port_;
  Counters& counters_;
  size_t count_ = 0;
  std::array<WireFrame, kBatch> frames_;
  std::array<EgressClass, kBatch> classes_{};
};

}  // namespace vitrine::card::soft
