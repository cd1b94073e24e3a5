#include "firmware/drivers/control.h"

#include "firmware/base/wait.h"
#include "firmware/drivers/card.h"

namespace vitrine::firmware::control {

using namespace card_regs;

// A connection takes two entries of the map's count, a splice two contexts.
Capacity capacity() {
  const uint32_t value = read_card(kIdentityCapacity);
  return {.connections = 1U << kIdentityCapacityFlowsLog2.get(value) >> 1,
          .splices = 1U << kIdentityCapacityContextsLog2.get(value) >> 1};
}

bool ready() { return (read_card(kControlStatus) & kControlStatusReady.mask()) != 0; }

void set_running(bool run, bool fail_open) {
  write_card(kControlControl,
             kControlControlRun.put(run ? 1 : 0) | kControlControlFailOpen.put(fail_open ? 1 : 0));
}

Error zeroize() {
  const uint32_t before = read_card(kControlZeroizeCount);
  zeroize_blindly();
  uint32_t status = 0;
  if (const Error error =
          wait_while(kCardBase + kControlStatus, kControlStatusZeroizing.mask(), status);
      error != Error::kOk) {
    return error;
  }
  return read_card(kControlZeroizeCount) != before ? Error::kOk : Error::kHardware;
}

void zeroize_blindly() { write_card(kControlZeroize, kControlZeroizeStart.mask()); }

void set_heartbeat_limit(uint32_t limit_ms) { write_card(kHeartbeatLimit, limit_ms); }

void beat() { write_card(kHeartbeatBeat, 1); }

}  // namespace vitrine::firmware::control
