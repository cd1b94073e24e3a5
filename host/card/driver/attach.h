// The first words with a card: whether it is one, and one that this host understands.
//
// Threads: one; the card's keys are cleared and nothing passes afterwards, whatever it did before.
#pragma once

#include <cstdint>
#include <string>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/driver/bus.h"

namespace vitrine::card::driver {

struct CardIdentity {
  uint32_t build = 0;
  uint32_t connections = 0;  // that the flow table holds
  uint32_t splices = 0;      // that can be spliced at a time
  uint32_t rules = 0;
  uint32_t lanes = 0;
  std::string text() const;
};

// kUnsupported: no Vitrine card, or of another register map; kTimeout: it does not become ready;
// kMalformed: its bus or its identity is broken.
Result<CardIdentity> attach(Bus& bus, const Clock& clock);

}  // namespace vitrine::card::driver
