// TCP sequence numbers: 32 bits that wrap (RFC 9293 section 3.4). Two numbers compare by the sign
// of their difference, which is right while they are less than 2^31 apart.
#pragma once

#include <cstdint>

namespace vitrine::card::soft {

using Sequence = uint32_t;

// How far `a` is ahead of `b`; negative where it is behind.
constexpr int32_t sequence_distance(Sequence a, Sequence b) { return static_cast<int32_t>(a - b); }
constexpr bool sequence_before(Sequence a, Sequence b) { return sequence_distance(a, b) < 0; }
constexpr bool sequence_at_most(Sequence a, Sequence b) { return sequence_distance(a, b) <= 0; }
constexpr Sequence sequence_min(Sequence a, Sequence b) { return sequence_before(a, b) ? a : b; }
constexpr Sequence sequence_max(Sequence a, Sequence b) { return sequence_before(a, b) ? b : a; }

}  // namespace vitrine::card::soft
