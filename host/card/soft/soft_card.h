// The soft card: the card contract in C++, reference model of the RTL and data plane of machines
// without a card.
//
// Ownership: the card owns its ports and one worker thread, which runs from start() to stop().
// Threads: as host/card/card.h says; commands take a lock that the worker holds for a batch of
// frames at most.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/card.h"
#include "host/card/soft/record/splice.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

struct SoftCardConfig {
  // Interface names, opened with AF_PACKET (needs CAP_NET_RAW) ...
  std::string inside_interface;
  std::string outside_interface;
  // ... or ports that exist already; they win over the names.
  std::unique_ptr<WirePort> inside_port;
  std::unique_ptr<WirePort> outside_port;

  // Take and send frames larger than the MTU whole. Off: they are cut on entry, checksums are
  // completed.
  bool segment_offload = true;
  // Fault injection, for example "seed=7,loss=0.02,reorder=0.05,side=both"; empty: none. See
  // impairment.h.
  std::string impairment;

  uint32_t max_flows = 65536;           // connections
  size_t host_ring_bytes = 8U << 20;    // punts, events and tap towards the host
  size_t inject_ring_bytes = 8U << 20;  // frames from the host
  SplicePoolLimits splice_pools;
  uint32_t linger_ms = 1000;  // from the last packet of a closed flow to its entry's removal
  // The longest silence between two heartbeats; 0: no watch is kept. See Card::heartbeat().
  uint32_t heartbeat_timeout_ms = 0;
  bool fail_open = false;                 // without a heartbeat, flows without keys pass on
  const Clock* clock = &Clock::system();  // must outlive the card
};

Result<std::unique_ptr<Card>> make_soft_card(SoftCardConfig config);

}  // namespace vitrine::card::soft
