// The card's flow commands: operands word by word into its mailbox, then the command.
//
// Words that are not put are 0, because the card forgets all of them at the end of a command. The
// place in the flow table is found by the card (rtl/flow), in some tens of clocks.
#pragma once

#include "firmware/base/error.h"
#include <stdint.h>

namespace vitrine::firmware::flow_unit {

enum class Operation : uint8_t { kInstall = 1, kRemove = 2, kUpdateKeys = 3, kStatistics = 4 };

constexpr uint32_t kNameWords = 3;  // id, id, connection and what is done with it
constexpr uint32_t kKeyWords = 16;  // with the connection's addresses
constexpr uint32_t kWords = 144;    // with both directions' keys
constexpr uint32_t kDirectionWords = 64;
constexpr uint32_t kResultWords = 32;

// REQUIRES: word < kWords, no command under way.
void put(uint32_t word, uint32_t value);
// kExists, kFull, kNotFound, kEnded as the card says; kTimeout, kHardware.
Error run(Operation operation, uint32_t direction);
// What a removal or a query gave back. REQUIRES: word < kResultWords.
uint32_t result(uint32_t word);
// A word of the flow table's secret.
void seed(uint32_t word);

}  // namespace vitrine::firmware::flow_unit
