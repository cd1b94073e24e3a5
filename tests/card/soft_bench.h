// The soft card on two wires in memory, for the conformance suite.
#pragma once

#include "tests/card/card_bench.h"

namespace vitrine::card::test {

// With offloads the wires carry coalesced frames and partial checksums, as virtual interfaces do.
CardUnderTest soft_card_under_test(bool offloads);

}  // namespace vitrine::card::test
