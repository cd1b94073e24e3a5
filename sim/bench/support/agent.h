// What takes part in a simulated clock beside the model: drivers and monitors.
#pragma once

namespace vitrine::bench {

class Agent {
 public:
  virtual ~Agent() = default;
  // Before the edge: sets the model's inputs for this clock. Must not look at its outputs.
  virtual void drive() = 0;
  // Outputs have settled, the edge is next: a handshake that stands now happens.
  virtual void sample() = 0;
};

}  // namespace vitrine::bench
