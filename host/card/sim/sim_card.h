// The simulated card: the driver over a model of the card that ticks between two wire ports.
//
// Ownership: the card owns its ports, the model and the thread that it ticks in. Threads: as
// host/card/card.h says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/card.h"
#include "host/card/sim/sim_bus.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::sim {

struct SimCardConfig {
  // As in SoftCardConfig; the card sees frames of a wire only, whatever the ports can do.
  std::string inside_interface;
  std::string outside_interface;
  std::unique_ptr<soft::WirePort> inside_port;
  std::unique_ptr<soft::WirePort> outside_port;
  std::string impairment;

  uint32_t max_flows = 0;               // connections; 0: as many as the model has
  size_t host_ring_bytes = 8U << 20;    // punts and events; half as much for tap
  size_t inject_ring_bytes = 8U << 20;  // frames from the host
  uint32_t heartbeat_timeout_ms = 0;
  bool fail_open = false;
  const Clock* clock = &Clock::system();  // the card's time; must outlive the card
};

// kInvalidArgument: the model has fewer connections; kUnsupported: it is of another register map.
Result<std::unique_ptr<Card>> make_sim_card(SimCardConfig config,
                                            const SimBus::MakeModel& make_model);

}  // namespace vitrine::card::sim
