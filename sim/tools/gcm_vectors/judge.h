// Runs cases on an engine and counts.
#pragma once

#include <map>
#include <string>

#include "sim/tools/gcm_vectors/engine.h"

namespace vitrine::gcm {

struct Counts {
  size_t passed = 0;
  size_t failed = 0;
  std::map<std::string, size_t> not_applicable;  // by reason

  // "600 passed, 0 failed, 45 not applicable (40: key of 192 bits; 5: ...)"
  std::string summary() const;
};

// Counts the case, and says what is wrong on stderr where it fails.
void judge(Engine& engine, const Vector& vector, Counts& counts);

}  // namespace vitrine::gcm
