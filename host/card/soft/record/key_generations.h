// The generations of keys that one direction needs at once: those whose records may still be sent
// again, the current one, and the next (RFC 8446 section 7.2).
//
// Ownership: owns the keys. Memory: install() may allocate; advance() and release_before() do not.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "host/base/status.h"
#include "host/card/soft/record/leg_key.h"

namespace vitrine::card::soft {

class KeyGenerations {
 public:
  static constexpr uint32_t kKept = 4;

  uint32_t current() const { return current_; }
  bool has(uint32_t generation) const;
  // REQUIRES: has(generation).
  const GenerationKeys& get(uint32_t generation) const { return *keys_[generation % kKept].keys; }

  // Fills the current generation where it is missing, else the next. kAlreadyExists where both are
  // there; kUnavailable where the place is taken by a generation whose records are still in flight.
  Status install(const AesEngine& engine, const RecordKey& in, const RecordKey& out);
  // A KeyUpdate: the next generation is the current one, whether its keys are there or not.
  void advance() { ++current_; }
  // Zeroizes all generations before this one.
  void release_before(uint32_t generation);
  void wipe();

 private:
  struct Place {
    std::unique_ptr<GenerationKeys> keys;  // kept, wiped, for reuse
    uint32_t generation = 0;
    bool valid = false;
  };

  std::array<Place, kKept> keys_;
  uint32_t current_ = 0;
  uint32_t oldest_ = 0;
};

}  // namespace vitrine::card::soft
