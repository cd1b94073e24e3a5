#include "host/card/soft/record/key_generations.h"

namespace vitrine::card::soft {

bool KeyGenerations::has(uint32_t generation) const {
  const Place& place = keys_[generation % kKept];
  return place.valid && place.generation == generation;
}

Status KeyGenerations::install(const AesEngine& engine, const RecordKey& in, const RecordKey& out) {
  for (const RecordKey* key : {&in, &out}) {
    if (Status status = LegKey::check(*key); !status) {
      return status;
    }
  }
  const uint32_t generation = has(current_) ? current_ + 1 : current_;
  if (has(generation)) {
    return {Code::kAlreadyExists, "the next generation of record keys is installed already"};
  }
  Place& place = keys_[generation % kKept];
  if (place.valid) {
    return {Code::kUnavailable, "records under older keys are still in flight; try again"};
  }
  if (place.keys == nullptr) {
    place.keys = std::make_unique<GenerationKeys>();
  }
  place.keys->in.set(engine, in);
  place.keys->out.set(engine, out);
  place.generation = generation;
  place.valid = true;
  return Status::ok();
}

void KeyGenerations::release_before(uint32_t generation) {
  for (; oldest_ != generation; ++oldest_) {
    Place& place = keys_[oldest_ % kKept];
    if (place.valid && place.generation == oldest_) {
      place.keys->in.wipe();
      place.keys->out.wipe();
      place.valid = false;
    }
  }
}

void KeyGenerations::wipe() {
  for (Place& place : keys_) {
    if (place.keys != nullptr) {
      place.keys->in.wipe();
      place.keys->out.wipe();
    }
    place.valid = false;
  }
}

}  // namespace vitrine::card::soft
