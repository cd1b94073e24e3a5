// Boxes as ternary rules of the card: networks, ports as value and mask.
#pragma once

#include <vector>

#include "host/card/types.h"
#include "policy/compile/box.h"

namespace vitrine::policy {

// The fewest value/mask pairs that make up first..last; the whole range is one with mask 0.
std::vector<card::Rule::Field16> port_masks(uint16_t first, uint16_t last);

// Appends the box's rules; false, with nothing appended, where they are more than `room`.
// REQUIRES: `from` is the whole of the protocol's plane, or everything, unless `to` is TCP or UDP.
bool append_rules(const Box& box, card::Action action, size_t room, std::vector<card::Rule>& rules);

}  // namespace vitrine::policy
