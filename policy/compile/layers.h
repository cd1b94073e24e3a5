// What the first packet alone decides, as an ordered list of boxes: the first that holds a packet
// says what may become of it.
//
// For TCP, outcomes are sets: every outcome that unknown facts may still lead to.  A rule with
// unknown conditions adds its outcome to what lies below it.
#pragma once

#include <cstdint>
#include <vector>

#include "policy/compile/box.h"

namespace vitrine::policy {

// Outcome sets, as bits.
enum AccessBit : uint8_t { kMayAllow = 1, kMayDeny = 2 };
enum DecryptBit : uint8_t { kMayDecrypt = 1, kMayBypass = 2, kMayBlock = 4 };

struct Layer {
  Box box;
  uint8_t outcomes = 0;
  uint8_t outcomes_never = 0;  // access: where certificate and HTTP are never known
};

struct PacketVerdict {
  Box box;
  card::Action action = card::Action::kPunt;
};

// `schedules`: the active ones, as bits.
std::vector<Layer> access_layers(const Rulebook& book, const std::vector<AddressSet>& subjects,
                                 uint64_t schedules);
std::vector<Layer> decryption_layers(const Rulebook& book, const std::vector<AddressSet>& subjects,
                                     uint64_t schedules);

// What becomes of a TCP opener's packet: forward (surely not decrypted), drop (surely denied),
// punt.
std::vector<PacketVerdict> opener_verdicts(const std::vector<Layer>& access,
                                           const std::vector<Layer>& decryption);

// A packet of unknown direction: the verdict where both readings, opener's and answer, agree; punt
// where they do not.  `conservative` counts boxes that are punted whole because telling the parts
// apart would take too many.
std::vector<PacketVerdict> packet_verdicts(const std::vector<PacketVerdict>& openers,
                                           size_t& conservative);

// Access for protocols without decryption: forward or drop.
std::vector<PacketVerdict> other_verdicts(const Rulebook& book,
                                          const std::vector<AddressSet>& subjects,
                                          uint64_t schedules);
// UDP/443 where TCP/443 is not surely forwarded.
std::vector<PacketVerdict> quic_verdicts(const std::vector<PacketVerdict>& openers,
                                         const std::vector<PacketVerdict>& others);

// Removes what changes nothing: boxes under an earlier one, and boxes whose packets would meet the
// same verdict further down.
void prune(std::vector<PacketVerdict>& verdicts);

}  // namespace vitrine::policy
