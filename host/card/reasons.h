// Why a packet was dropped or punted: one table, from which names, texts, counters and docs come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vitrine::card {

// X(EnumName, "counter_name", "what it means")
#define VITRINE_DROP_REASONS(X)                                                                   \
  X(kRule, "rule", "a rule or flow entry says drop")                                              \
  X(kMalformed, "malformed", "truncated or inconsistent Ethernet, IP or TCP header")              \
  X(kEgressFull, "egress_full", "the egress port or its queue was full")                          \
  X(kPuntFull, "punt_full", "the punt ring was full")                                             \
  X(kUnseenHeader, "unseen_header", "bytes past a record header that has not been seen yet")      \
  X(kIncompleteRecord, "incomplete_record", "only tag bytes of a record that still has a hole")   \
  X(kHoleLimit, "hole_limit", "more holes than a direction can track")                            \
  X(kRingFull, "ring_full", "more records in flight than a direction can track")                  \
  X(kAwaitingKeys, "awaiting_keys", "past a KeyUpdate whose next keys are not installed")         \
  X(kHoldFull, "hold_full", "strict: the store of held packets was full")                         \
  X(kFlowDead, "flow_dead", "the flow has failed and nothing more of it leaves")                  \
  X(kBadRecord, "bad_record", "a record's tag did not verify")                                    \
  X(kProtocol, "protocol", "record framing that TLS forbids, on a spliced flow")                  \
  X(kUnsplicable, "unsplicable", "a segment kind that cannot be spliced (SYN with data, urgent)") \
  X(kImpaired, "impaired", "lost on purpose by the fault injector")                               \
  X(kNotReady, "not_ready", "the card is not running or lost its host (fail closed)")             \
  X(kChecksum, "checksum", "a wrong IPv4 or TCP checksum on a spliced flow")

#define VITRINE_PUNT_REASONS(X)                                                            \
  X(kRule, "rule", "a rule says punt")                                                     \
  X(kFlow, "flow", "the flow entry says punt")                                             \
  X(kFragment, "fragment", "an IP fragment")                                               \
  X(kExtensionHeader, "extension_header", "an IPv6 extension header before the transport") \
  X(kDeadFlow, "dead_flow", "first packets of a failed flow, so that the host resets the sender")

#define VITRINE_ENUM_ENTRY(name, counter, text) name,
enum class DropReason : uint8_t { VITRINE_DROP_REASONS(VITRINE_ENUM_ENTRY) };
enum class PuntReason : uint8_t { VITRINE_PUNT_REASONS(VITRINE_ENUM_ENTRY) };
#undef VITRINE_ENUM_ENTRY

struct ReasonText {
  const char* counter;
  const char* text;
};
#define VITRINE_REASON_TEXT(name, counter, text) ReasonText{counter, text},
inline constexpr auto kDropReasonTexts =
    std::to_array<ReasonText>({VITRINE_DROP_REASONS(VITRINE_REASON_TEXT)});
inline constexpr auto kPuntReasonTexts =
    std::to_array<ReasonText>({VITRINE_PUNT_REASONS(VITRINE_REASON_TEXT)});
#undef VITRINE_REASON_TEXT

inline constexpr size_t kDropReasons = kDropReasonTexts.size();
inline constexpr size_t kPuntReasons = kPuntReasonTexts.size();

// Every frame that enters by a wire port, or is injected to be treated as if it had, is counted in
// exactly one of forwarded, spliced, dropped[reason], punted[reason], held (strict, for now).
// Frames injected for egress are counted in injected_egress and, where the port refused them, in
// egress_lost; they are outside the balance.
struct Counters {
  std::array<uint64_t, 2> received{};  // frames by wire port
  uint64_t injected = 0;               // frames to be treated as received
  uint64_t forwarded = 0;
  uint64_t spliced = 0;
  std::array<uint64_t, kDropReasons> dropped{};
  std::array<uint64_t, kPuntReasons> punted{};
  uint64_t held = 0;  // a level, not a count
  uint64_t injected_egress = 0;
  uint64_t egress_lost = 0;
  uint64_t cut = 0;  // spliced frames that left shorter than they came
  uint64_t events_lost = 0;
  uint64_t tap_lost = 0;
  uint64_t flow_table_full = 0;
  uint64_t flows = 0;  // a level: connections installed now
  // Frames that a port's own queue lost before the card saw them; outside the balance.
  std::array<uint64_t, 2> missed{};

  uint64_t total_in() const;
  uint64_t total_out() const;
  // in = sum of outs, the invariant that every test ends with.
  bool balanced() const { return total_in() == total_out(); }
};

}  // namespace vitrine::card
