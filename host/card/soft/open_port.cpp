#include "host/card/soft/open_port.h"

#include <utility>

#include "host/card/soft/impaired_port.h"
#include "host/card/soft/packet_socket_port.h"
#include "host/card/soft/segmenting_port.h"

namespace vitrine::card::soft {

Result<std::unique_ptr<WirePort>> open_port(PortConfig config, Port side) {
  std::unique_ptr<WirePort> port = std::move(config.given);
  if (!port) {
    auto opened = PacketSocketPort::open(config.interface);
    if (!opened) {
      return opened.status();
    }
    port = std::move(opened).value();
  }
  if (!config.whole || !port->offloads()) {
    port = std::make_unique<SegmentingPort>(std::move(port));
  }
  if (config.impairment.empty()) {
    return port;
  }
  auto impairment = Impairment::parse(config.impairment);
  if (!impairment) {
    return impairment.status();
  }
  if (impairment->applies_to(side)) {
    port = std::make_unique<ImpairedPort>(std::move(port), *impairment, side, *config.clock);
  }
  return port;
}

}  // namespace vitrine::card::soft
