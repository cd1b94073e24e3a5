// Running, keys and the heartbeat of the card, and what it says that it is.
#pragma once

#include "firmware/base/error.h"
#include <stdint.h>

namespace vitrine::firmware::control {

struct Capacity {
  uint32_t connections = 0;
  uint32_t splices = 0;
};

Capacity capacity();
// Memories are cleared: commands have an effect.
bool ready();
void set_running(bool run, bool fail_open);
// Returns when every key is gone. kTimeout; kHardware: the card says that none was cleared.
Error zeroize();
// As zeroize(), but does not look whether it works: for a firmware that has crashed.
void zeroize_blindly();
// The card's own watch: it clears its keys by itself where no beat comes for so long, 0 is never.
void set_heartbeat_limit(uint32_t limit_ms);
void beat();

}  // namespace vitrine::firmware::control
