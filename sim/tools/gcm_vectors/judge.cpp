#include "sim/tools/gcm_vectors/judge.h"

#include <cstdio>

namespace vitrine::gcm {
namespace {

// Empty: as the case says.
std::string fault_in_sealing(Engine& engine, const Vector& vector) {
  const Result got = engine.seal(vector);
  if (got.text != vector.cipher) {
    return "wrong ciphertext";
  }
  return got.tag != vector.tag ? "wrong tag" : "";
}

std::string fault_in_opening(Engine& engine, const Vector& vector) {
  const Result got = engine.open(vector);
  const bool verified = got.tag == vector.tag;
  if (vector.refused) {
    return verified ? "released as verified though invalid" : "";
  }
  if (!verified) {
    return "refused though valid";
  }
  return got.text != vector.plain ? "wrong plaintext" : "";
}

}  // namespace

std::string not_applicable_to_records(const Vector& vector) {
  if (vector.key.size() != 16 && vector.key.size() != 32) {
    return "key of neither 128 nor 256 bits";
  }
  if (vector.iv.size() != 12) {
    return "IV of other than 96 bits";
  }
  return vector.tag.size() != 16 ? "tag of other than 128 bits" : "";
}

void judge(Engine& engine, const Vector& vector, Counts& counts) {
  if (const std::string why = engine.not_applicable(vector); !why.empty()) {
    ++counts.not_applicable[why];
    return;
  }
  std::string fault = vector.seals ? fault_in_sealing(engine, vector) : "";
  if (fault.empty() && vector.opens) {
    fault = fault_in_opening(engine, vector);
  }
  if (!fault.empty()) {
    std::fprintf(stderr, "%s: %s\n", vector.name.c_str(), fault.c_str());
  }
  ++(fault.empty() ? counts.passed : counts.failed);
}

std::string Counts::summary() const {
  size_t others = 0;
  std::string reasons;
  for (const auto& [why, count] : not_applicable) {
    others += count;
    reasons += (reasons.empty() ? " (" : "; ") + std::to_string(count) + ": " + why;
  }
  return std::to_string(passed) + " passed, " + std::to_string(failed) + " failed, " +
         std::to_string(others) + " not applicable" + reasons + (reasons.empty() ? "" : ")");
}

}  // namespace vitrine::gcm
