// One rule's conditions against facts, in three-valued logic.
//
// False as soon as one condition is false, whatever is unknown; true where all are true; else
// unknown. This is the definition: the index and the card's rules are checked against it.
#pragma once

#include <cstdint>
#include <optional>

#include "policy/eval/facts.h"

namespace vitrine::policy {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

// Who identity says that the source address is, if anyone: the first rule that knows it.
struct Identified {
  uint32_t subject = 0;
  size_t rule = 0;  // of Rulebook::identity
};
std::optional<Identified> identify(const Rulebook& book, const AddressKey& source);

// What does not depend on the rule, computed once a decision.
struct Prepared {
  AddressKey source;
  AddressKey destination;
  uint32_t service = 0;
  uint64_t schedules = 0;  // bit i: active
  std::optional<uint32_t> subject;
};
Prepared prepare(const Rulebook& book, const Facts& facts);

enum class Condition : uint8_t {
  kZone,
  kVlan,
  kSource,
  kDestination,
  kService,
  kSubject,
  kTime,
  kServerName,
  kTlsVersion,
  kCertificate,
  kHttp,
};

struct Match {
  Truth truth = Truth::kTrue;
  Stage needs = Stage::kConnection;  // kUnknown: the first stage that may tell more
  Condition condition =
      Condition::kZone;  // kFalse: the first that fails; kUnknown: that is unknown
};

Match match(const Rulebook& book, const Conditions& when, const Facts& facts,
            const Prepared& prepared, const Knowledge& known);
// The conditions that no index row decides: certificate and HTTP, where known.
Match match_late(const Rulebook& book, const Conditions& when, const Facts& facts,
                 const Knowledge& known);

}  // namespace vitrine::policy
