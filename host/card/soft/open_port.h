// What stands between a card and an interface: the port itself, then cutting of coalesced frames,
// then fault injection.
//
// A card of frames that are no larger than the link's (`whole` false) sees a coalesced one as its
// segments, with complete checksums.
#pragma once

#include <memory>
#include <string>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/soft/wire_port.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

struct PortConfig {
  std::string interface;            // opened with AF_PACKET (needs CAP_NET_RAW) ...
  std::unique_ptr<WirePort> given;  // ... or a port that exists already, which wins over the name
  bool whole = true;                // coalesced frames pass as they are
  std::string impairment;           // as Impairment::parse() takes it; empty: none
  const Clock* clock = &Clock::system();  // must outlive the port
};

Result<std::unique_ptr<WirePort>> open_port(PortConfig config, Port side);

}  // namespace vitrine::card::soft
