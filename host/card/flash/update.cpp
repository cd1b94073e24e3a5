#include "host/card/flash/update.h"

#include <fmt/format.h>

namespace vitrine::card::flash {

Result<std::array<SlotState, kSlots>> look(Slots& slots, EVP_PKEY* signer) {
  const auto boots = slots.boots();
  if (!boots) {
    return boots.status();
  }
  std::array<SlotState, kSlots> states;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    SlotState& state = states[slot];
    state.boots = *boots == slot;
    const auto record = slots.record(slot);
    if (!record) {
      return record.status();
    }
    state.sequence = *record ? (*record)->sequence : 0;
    const auto bytes = slots.image(slot);
    if (!bytes) {
      if (bytes.status().code() != Code::kNotFound && bytes.status().code() != Code::kMalformed) {
        return bytes.status();
      }
      state.problem = bytes.status().message();
      continue;
    }
    const auto read = image::parse_image(*bytes);
    const Status good = read ? image::verify_image(*read, signer) : read.status();
    state.problem = good ? "" : good.message();
    if (read) {
      state.manifest = read->manifest();
    }
  }
  return states;
}

Status may_update(const image::Manifest& image, const std::optional<image::Manifest>& running,
                  const UpdateRules& rules) {
  if (image.board != rules.board) {
    return {Code::kInvalidArgument, fmt::format("the image is for board {}, and the card is a {}",
                                                image.board, rules.board)};
  }
  if (image.register_map != rules.register_map) {
    return {Code::kUnsupported,
            fmt::format("the image has register map {:08x}, and this host speaks {:08x}; take the "
                        "image of the host's release",
                        image.register_map, rules.register_map)};
  }
  if (running && image.version < running->version && !rules.allow_downgrade) {
    return {Code::kPermission, fmt::format("the image is version {}, older than {} that boots; ask "
                                           "for it with --allow-downgrade",
                                           image.version.text(), running->version.text())};
  }
  return Status::ok();
}

Result<size_t> update(Slots& slots, Bytes image, EVP_PKEY* signer, const UpdateRules& rules,
                      const Progress& progress) {
  const auto read = image::read_image(image, signer);
  if (!read) {
    return read.status();
  }
  const auto states = look(slots, signer);
  if (!states) {
    return states.status();
  }
  std::optional<image::Manifest> running;
  for (const SlotState& state : *states) {
    if (state.boots) {
      running = state.manifest;
    }
  }
  if (Status may = may_update(read->manifest(), running, rules); !may) {
    return may;
  }
  return slots.write(image, progress);
}

}  // namespace vitrine::card::flash
