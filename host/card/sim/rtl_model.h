// The Verilated card as a Model: where the RTL and the host's libraries meet.
//
// A build without the RTL (VITRINE_RTL off: no Verilator) has the function too, and it says so.
#pragma once

#include <string>

#include "host/base/status.h"
#include "host/card/sim/sim_bus.h"

namespace vitrine::card::sim {

// `trace_file`: FST waves, where the build can write them; empty: none. kUnsupported: this build
// has no such model.
Result<SimBus::MakeModel> rtl_model(const std::string& trace_file = {});

}  // namespace vitrine::card::sim
