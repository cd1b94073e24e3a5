#include "firmware/drivers/rule_unit.h"

#include "firmware/base/wait.h"
#include "firmware/drivers/card.h"

namespace vitrine::firmware::rule_unit {

using namespace card_regs;

namespace {

constexpr uint32_t kWrite = 2;
constexpr uint32_t kTakeOver = 3;

Error run(uint32_t operation, uint32_t index) {
  write_card(kRulesCommand, kRulesCommandOperation.put(operation) | kRulesCommandIndex.put(index));
  uint32_t status = 0;
  if (const Error error = wait_while(kCardBase + kRulesStatus, kRulesStatusBusy.mask(), status);
      error != Error::kOk) {
    return error;
  }
  switch (kRulesStatusResult.get(status)) {
    case 0:
      return Error::kOk;
    case 2:
      return Error::kBadRequest;
    default:
      return Error::kHardware;
  }
}

}  // namespace

void put(uint32_t row, uint32_t value) { write_card(kRuleMailbox + 4 * row, value); }

Error write(uint32_t index) { return run(kWrite, index); }

Error take_over(uint32_t slices, uint32_t version, uint32_t otherwise) {
  write_card(kRulesVersion, version);
  write_card(kRulesOtherwise, kRulesOtherwiseAction.put(otherwise));
  return run(kTakeOver, slices);
}

}  // namespace vitrine::firmware::rule_unit
