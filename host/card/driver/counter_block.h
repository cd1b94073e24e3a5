// The card's counters, read in one piece.
#pragma once

#include "host/base/status.h"
#include "host/card/driver/bus.h"
#include "host/card/reasons.h"

namespace vitrine::card::driver {

// A snapshot: all counters of the same clock, so that they add up.
Result<Counters> read_counters(Bus& bus);

}  // namespace vitrine::card::driver
