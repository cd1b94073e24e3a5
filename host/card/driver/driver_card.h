// A card behind registers and rings: the card contract as commands to hardware (or to its
// simulation), over a Bus.
//
// What the card says is not trusted: an entry, index or identity that cannot be is an error, after
// which the card is left alone (commands give the error, no heartbeat is sent, so that the card
// clears its keys by itself).
// Ownership: the card owns its bus. Threads: as host/card/card.h says.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/card.h"
#include "host/card/driver/bus.h"

namespace vitrine::card::driver {

// Frames that were lost on their way to the card, by wire port.
struct LossesBefore {
  std::array<uint64_t, 2> missed{};    // by a port's full queue
  std::array<uint64_t, 2> impaired{};  // by the fault injector; they count as received
};

struct DriverConfig {
  std::string kind;                     // "sim", "xrt"
  uint32_t max_flows = 65536;           // connections; the card must have as many; 0: all it has
  size_t host_ring_bytes = 8U << 20;    // punts and events; half as much for tap
  size_t inject_ring_bytes = 8U << 20;  // frames from the host
  uint32_t heartbeat_timeout_ms = 0;
  bool fail_open = false;
  std::function<LossesBefore()> losses;   // any thread; may be empty
  const Clock* clock = &Clock::system();  // for time limits; must outlive the card
};

// Looks whether there is a card that this host understands, and prepares it. kUnsupported: another
// kind or version; kTimeout: it does not answer or does not become ready.
Result<std::unique_ptr<Card>> make_driver_card(std::unique_ptr<Bus> bus, DriverConfig config);

}  // namespace vitrine::card::driver
