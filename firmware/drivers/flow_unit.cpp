#include "firmware/drivers/flow_unit.h"

#include "firmware/base/wait.h"
#include "firmware/drivers/card.h"

namespace vitrine::firmware::flow_unit {

using namespace card_regs;

void put(uint32_t word, uint32_t value) { write_card(kFlowMailbox + 4 * word, value); }

Error run(Operation operation, uint32_t direction) {
  write_card(kFlowsCommand, kFlowsCommandOperation.put(static_cast<uint32_t>(operation)) |
                                kFlowsCommandDirection.put(direction));
  uint32_t status = 0;
  if (const Error error = wait_while(kCardBase + kFlowsStatus, kFlowsStatusBusy.mask(), status);
      error != Error::kOk) {
    return error;
  }
  switch (kFlowsStatusResult.get(status)) {
    case 0:
      return Error::kOk;
    case 2:
      return Error::kExists;
    case 3:
      return Error::kFull;
    case 4:
      return Error::kNotFound;
    case 5:
      return Error::kEnded;
    default:
      return Error::kHardware;
  }
}

uint32_t result(uint32_t word) { return read_card(kFlowsResult0 + 4 * word); }

void seed(uint32_t word) { write_card(kFlowsSeed, word); }

}  // namespace vitrine::firmware::flow_unit
