// One generation of ternary rules, compiled for matching; the first match wins.
//
// Immutable after compile(); any thread. Matching is linear: it runs for the packets of flows that
// have no entry only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/base/status.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

class RuleTable {
 public:
  static constexpr size_t kMaxRules = 4096;

  // No rules; everything is forwarded.
  RuleTable() = default;
  // kInvalidArgument: an action of splice, an address family that cannot be; kExhausted: too many
  // rules.
  static Result<RuleTable> compile(const RuleGeneration& generation);

  // What to do with a packet that no flow entry matched. Where the packet hides a field that a rule
  // asks for (ports of a fragment, the protocol behind an extension header), and the rule fits in
  // all else, no later rule can be sure to be the first match: the packet is punted. REQUIRES: kind
  // != kMalformed.
  Action decide(FrameKind kind, const FlowKey& key) const;

  uint32_t configuration_version() const { return configuration_version_; }

 private:
  struct Network {
    uint8_t version = 0;  // 0: any
    std::array<uint64_t, 2> value{};
    std::array<uint64_t, 2> mask{};
    bool fits(const IpAddress& address) const;
  };
  struct Compiled {
    uint8_t ingress_mask = 0;
    uint8_t ingress = 0;
    bool any_vlan = true;
    VlanTags vlan;
    uint8_t ip_version = 0;  // 0: any
    bool any_protocol = true;
    uint8_t protocol = 0;
    Network source;
    Network destination;
    Rule::Field16 source_port;
    Rule::Field16 destination_port;
    Action action = Action::kForward;
  };
  enum class Fit : uint8_t { kNo, kYes, kUnsure };

  static Network compile_network(const std::optional<IpNetwork>& network);
  static Fit match(const Compiled& rule, FrameKind kind, const FlowKey& key);

  std::vector<Compiled> rules_;
  Action otherwise_ = Action::kForward;
  uint32_t configuration_version_ = 0;
};

}  // namespace vitrine::card::soft
