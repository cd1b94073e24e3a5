#include "firmware/drivers/lanes.h"

#include "firmware/base/wait.h"
#include "firmware/drivers/core_regs.h"

namespace vitrine::firmware::lanes {

using namespace core_regs;

uint32_t count() { return kLanesStatusLanes.get(read32(kLanesStatus)); }

void put(uint32_t word, uint32_t value) { write32(kLanesOperands + 4 * word, value); }

Error run(bool aes256) {
  write32(kLanesControl, kLanesControlStart.mask() | kLanesControlAes256.put(aes256 ? 1 : 0));
  uint32_t status = 0;
  if (const Error error = wait_while(kLanesStatus, kLanesStatusBusy.mask(), status);
      error != Error::kOk) {
    return error;
  }
  return kLanesStatusLate.get(status) == 0 ? Error::kOk : Error::kTimeout;
}

uint32_t plain(uint32_t word) { return read32(kLanesPlain0 + 4 * word); }
uint32_t out(uint32_t word) { return read32(kLanesOut0 + 4 * word); }
uint32_t in_sum(uint32_t word) { return read32(kLanesInSum0 + 4 * word); }
uint32_t out_sum(uint32_t word) { return read32(kLanesOutSum0 + 4 * word); }

}  // namespace vitrine::firmware::lanes
