// The card that --card names, in two steps: ports while the process may still open them, the card
// when it has given up root.
//
// A card may have a thread from its beginning, and a thread keeps the rights and the network
// namespace that it was started with; hence the order.
#pragma once

#include <cstdint>
#include <memory>

#include "host/base/status.h"
#include "host/card/card.h"
#include "host/card/soft/wire_port.h"
#include "host/daemon/options.h"

namespace vitrine::daemon {

struct DataPlanePorts {
  std::unique_ptr<card::soft::WirePort> inside;
  std::unique_ptr<card::soft::WirePort> outside;
};

// REQUIRES: CAP_NET_RAW; both interfaces in the calling thread's network namespace.
Result<DataPlanePorts> open_ports(const Options& options);

// Takes the ports. heartbeat_timeout_ms: as SoftCardConfig says.
Result<std::unique_ptr<card::Card>> make_card(const Options& options, DataPlanePorts ports,
                                              uint32_t heartbeat_timeout_ms);

}  // namespace vitrine::daemon
