// A record engine as AES-GCM: what gcm_vectors runs its cases on.
#pragma once

#include <memory>
#include <string>

#include "sim/tools/gcm_vectors/vector.h"

namespace vitrine::gcm {

struct Result {
  ByteVector text;
  ByteVector tag;  // as the engine computes it; the verdict is whether it is the one that came
};

class Engine {
 public:
  virtual ~Engine() = default;
  // Why this engine's record layer cannot be given the case; empty: it can.
  virtual std::string not_applicable(const Vector& vector) const = 0;
  // REQUIRES: applicable. The text is cut into pieces at random, which are taken in random order.
  virtual Result seal(const Vector& vector) = 0;
  virtual Result open(const Vector& vector) = 0;
};

// host/card/soft/record's counter mode and sums.
std::unique_ptr<Engine> make_soft_engine();
// rtl/aead, Verilated, with four lanes.
std::unique_ptr<Engine> make_rtl_engine();

// What every engine of the card shares: RFC 8446 section 5.3, RFC 5288 section 3.
std::string not_applicable_to_records(const Vector& vector);

}  // namespace vitrine::gcm
