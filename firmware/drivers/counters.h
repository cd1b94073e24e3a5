// The card's counters: where they lie, and a copy of all of them in one clock.
//
// Between the three runs there is nothing, and reading there would trap.
#pragma once

#include "firmware/drivers/card.h"

namespace vitrine::firmware::counters {

struct Run {
  uint32_t first;
  uint32_t last;
};
inline constexpr Run kRuns[] = {
    {card_regs::kCountersReceivedInsideLo, card_regs::kCountersRefusedOutsideHi},
    {card_regs::kCountersDroppedRuleLo, card_regs::kCountersDroppedChecksumHi},
    {card_regs::kCountersPuntedRuleLo, card_regs::kCountersPuntedDeadFlowHi},
};

inline void snapshot() {
  write_card(card_regs::kCountersSnapshot, card_regs::kCountersSnapshotTake.mask());
}

}  // namespace vitrine::firmware::counters
