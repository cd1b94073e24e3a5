#include "host/card/sim/sim_card.h"

#include <utility>

#include "host/card/soft/open_port.h"

namespace vitrine::card::sim {

Result<std::unique_ptr<Card>> make_sim_card(SimCardConfig config,
                                            const SimBus::MakeModel& make_model) {
  SimBusConfig ports;
  ports.clock = config.clock;
  auto inside = soft::open_port({config.inside_interface, std::move(config.inside_port), false,
                                 config.impairment, config.clock},
                                Port::kInside);
  if (!inside) {
    return inside.status();
  }
  ports.inside = std::move(inside).value();
  auto outside = soft::open_port({config.outside_interface, std::move(config.outside_port), false,
                                  config.impairment, config.clock},
                                 Port::kOutside);
  if (!outside) {
    return outside.status();
  }
  ports.outside = std::move(outside).value();
  auto bus = std::make_unique<SimBus>(std::move(ports), make_model);
  driver::DriverConfig driver;
  driver.kind = "sim";
  driver.max_flows = config.max_flows;
  driver.host_ring_bytes = config.host_ring_bytes;
  driver.inject_ring_bytes = config.inject_ring_bytes;
  driver.heartbeat_timeout_ms = config.heartbeat_timeout_ms;
  driver.fail_open = config.fail_open;
  // The card owns the bus, and asks nobody after its end.
  driver.losses = [bus = bus.get()] { return bus->losses(); };
  return driver::make_driver_card(std::move(bus), std::move(driver));
}

}  // namespace vitrine::card::sim
