// Whether an image may go onto a card, and putting it there.
#pragma once

#include <optional>
#include <string>

#include "host/base/openssl.h"
#include "host/card/flash/slots.h"
#include "host/card/image/image.h"

namespace vitrine::card::flash {

struct UpdateRules {
  std::string board;             // of the card
  uint32_t register_map = 0;     // that this host speaks
  bool allow_downgrade = false;  // an image older than the one that boots
};

// What a slot holds, for people. `problem`: why it would not be used.
struct SlotState {
  bool boots = false;
  uint64_t sequence = 0;
  std::optional<image::Manifest> manifest;
  std::string problem;
};

// Reads and verifies both slots.
Result<std::array<SlotState, kSlots>> look(Slots& slots, EVP_PKEY* signer);

// kInvalidArgument: for another board; kUnsupported: another register map; kPermission: older than
// what boots, and not asked for.
Status may_update(const image::Manifest& image, const std::optional<image::Manifest>& running,
                  const UpdateRules& rules);

// Verifies, asks may_update(), writes. Returns the slot that boots from now on.
Result<size_t> update(Slots& slots, Bytes image, EVP_PKEY* signer, const UpdateRules& rules,
                      const Progress& progress);

}  // namespace vitrine::card::flash
