#include "host/daemon/data_plane.h"

#include <utility>

#include "host/card/sim/rtl_model.h"
#include "host/card/sim/sim_card.h"
#include "host/card/soft/open_port.h"
#include "host/card/soft/soft_card.h"

namespace vitrine::daemon {
namespace {

bool is_simulated(const Options& options) { return options.card == "sim"; }

Result<std::unique_ptr<card::soft::WirePort>> open_port(const Options& options,
                                                        const std::string& interface,
                                                        card::Port side) {
  card::soft::PortConfig config;
  config.interface = interface;
  config.whole = options.offload && !is_simulated(options);
  config.impairment = options.impairment;
  return card::soft::open_port(std::move(config), side);
}

Result<std::unique_ptr<card::Card>> make_simulated(const Options& options, DataPlanePorts ports,
                                                   uint32_t heartbeat_timeout_ms) {
  const auto model = card::sim::rtl_model();
  if (!model) {
    return model.status();
  }
  card::sim::SimCardConfig config;
  config.inside_port = std::move(ports.inside);
  config.outside_port = std::move(ports.outside);
  config.max_flows = options.max_flows.value_or(0);
  config.heartbeat_timeout_ms = heartbeat_timeout_ms;
  config.fail_open = options.fail_mode == FailMode::kOpen;
  return card::sim::make_sim_card(std::move(config), *model);
}

}  // namespace

Result<DataPlanePorts> open_ports(const Options& options) {
  auto inside = open_port(options, options.inside, card::Port::kInside);
  if (!inside) {
    return inside.status();
  }
  auto outside = open_port(options, options.outside, card::Port::kOutside);
  if (!outside) {
    return outside.status();
  }
  return DataPlanePorts{std::move(inside).value(), std::move(outside).value()};
}

Result<std::unique_ptr<card::Card>> make_card(const Options& options, DataPlanePorts ports,
                                              uint32_t heartbeat_timeout_ms) {
  if (is_simulated(options)) {
    return make_simulated(options, std::move(ports), heartbeat_timeout_ms);
  }
  card::soft::SoftCardConfig config;
  config.inside_port = std::move(ports.inside);
  config.outside_port = std::move(ports.outside);
  config.segment_offload = options.offload;
  if (options.max_flows) {
    config.max_flows = *options.max_flows;
  }
  config.heartbeat_timeout_ms = heartbeat_timeout_ms;
  config.fail_open = options.fail_mode == FailMode::kOpen;
  return card::soft::make_soft_card(std::move(config));
}

}  // namespace vitrine::daemon
