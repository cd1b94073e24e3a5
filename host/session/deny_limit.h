// Which denials get an event of their own: a client that tries again and again, or many that scan,
// must not fill the store. What gets none is counted.
//
// One event for the same client, server, protocol and port in ten seconds, and a hundred a second
// in all. Bounded; not thread-safe.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "host/card/flow_hash.h"
#include "host/card/types.h"

namespace vitrine::session {

class DenyLimit {
 public:
  // True where the denial shall be told.
  bool admit(card::FlowKey key, uint64_t now_ns);

 private:
  static constexpr size_t kMaxRemembered = 8192;
  static constexpr uint64_t kRepeatNs = 10'000'000'000;
  static constexpr uint64_t kSecondNs = 1'000'000'000;
  static constexpr uint32_t kPerSecond = 100;

  std::unordered_map<card::FlowKey, uint64_t, card::FlowKeyHash> told_;
  uint64_t second_ = 0;
  uint32_t in_second_ = 0;
};

}  // namespace vitrine::session
