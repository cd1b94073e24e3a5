#include "host/card/rule_image.h"

#include <array>
#include <string>

namespace vitrine::card {
namespace {

// What rules_chunks.sv makes of a frame's kind and IP version.
enum FrameClass : uint8_t {
  kIpv4,
  kIpv6,
  kNotIp,
  kIpv4Fragment,
  kIpv6Fragment,
  kIpv6Extension,
  kClasses
};
constexpr std::array<uint8_t, kClasses> kVersionOf = {4, 6, 0, 4, 6, 6};

constexpr size_t kChunkBits = 5;
constexpr size_t kNibbleBits = 4;
constexpr uint32_t kHidden = 1U << kNibbleBits;

// Chunks, in the order of rules_chunks.sv.
constexpr size_t kClassChunk = 0;
constexpr size_t kHeaderChunk = 1;
constexpr size_t kHeaderBits = 285;
constexpr size_t kProtocolChunk = 58;
constexpr size_t kDestinationPortChunk = 60;
constexpr size_t kSourcePortChunk = 64;

// Where the fields are in the header's bits, from the lowest.
constexpr size_t kDestinationAt = 0;
constexpr size_t kSourceAt = 128;
constexpr size_t kInnerVlanAt = 256;
constexpr size_t kOuterVlanAt = 269;
constexpr size_t kVlanBits = 13;

// Bits that a rule asks for.
struct Ternary {
  std::array<bool, kHeaderBits> value{};
  std::array<bool, kHeaderBits> asked{};

  void ask(size_t at, size_t bits, uint32_t number) {
    for (size_t i = 0; i < bits; ++i) {
      asked[at + i] = true;
      value[at + i] = (number >> i & 1U) != 0;
    }
  }
  void ask(size_t at, const IpNetwork& network) {
    for (size_t i = 0; i < network.prefix_length; ++i) {
      asked[at + 127 - i] = true;
      value[at + 127 - i] = (network.address.bytes[i / 8] >> (7 - i % 8) & 1U) != 0;
    }
  }
  // Whether the chunk's five bits may be `row`.
  bool agrees(size_t chunk, uint32_t row) const {
    for (size_t i = 0; i < kChunkBits; ++i) {
      const size_t bit = chunk * kChunkBits + i;
      if (asked[bit] && value[bit] != ((row >> i & 1U) != 0)) {
        return false;
      }
    }
    return true;
  }
};

bool asks_ports(const Rule& rule) {
  return rule.source_port.mask != 0 || rule.destination_port.mask != 0;
}

bool class_fits(const Rule& rule, uint32_t row) {
  const uint32_t frame_class = row & 7U;
  const uint32_t ingress = row >> 3U;
  if (frame_class >= kClasses ||
      (rule.ingress && static_cast<uint32_t>(*rule.ingress) != ingress)) {
    return false;
  }
  const uint8_t version = kVersionOf[frame_class];
  if (rule.ip_version.value_or(0) != 0 && *rule.ip_version != version) {
    return false;
  }
  for (const auto* network : {&rule.source, &rule.destination}) {
    if (*network && (*network)->address.version != version) {
      return false;
    }
  }
  return frame_class != kNotIp || (!rule.protocol && !asks_ports(rule));
}

bool nibble_fits(uint32_t value, uint32_t mask, size_t nibble, uint32_t row) {
  return (row & kHidden) != 0 ||
         ((row ^ value >> (kNibbleBits * nibble)) & mask >> (kNibbleBits * nibble) & 15U) == 0;
}

bool agrees(const Rule& rule, const Ternary& header, size_t chunk, uint32_t row) {
  if (chunk == kClassChunk) {
    return class_fits(rule, row);
  }
  if (chunk < kProtocolChunk) {
    return header.agrees(chunk - kHeaderChunk, row);
  }
  if (chunk < kDestinationPortChunk) {
    return nibble_fits(rule.protocol.value_or(0), rule.protocol ? 0xff : 0, chunk - kProtocolChunk,
                       row);
  }
  if (chunk < kSourcePortChunk) {
    return nibble_fits(rule.destination_port.value, rule.destination_port.mask,
                       chunk - kDestinationPortChunk, row);
  }
  return nibble_fits(rule.source_port.value, rule.source_port.mask, chunk - kSourcePortChunk, row);
}

// Where a packet hides what the rule asks for, no later rule can be sure to be the first match: it
// is punted.
uint32_t actions(const Rule& rule) {
  const auto action = static_cast<uint32_t>(rule.action);
  const auto punt = static_cast<uint32_t>(Action::kPunt);
  const uint32_t fragment = asks_ports(rule) ? punt : action;
  const uint32_t extension = asks_ports(rule) || rule.protocol ? punt : action;
  return action | fragment << 2U | extension << 4U;
}

Status check(const Rule& rule) {
  if (rule.action == Action::kSplice) {
    return {Code::kInvalidArgument, "rules: a splice needs keys, so no rule can ask for it"};
  }
  for (const auto* network : {&rule.source, &rule.destination}) {
    if (*network) {
      const uint8_t version = (*network)->address.version;
      if ((version != 4 && version != 6) || (*network)->prefix_length > (version == 4 ? 32 : 128)) {
        return {Code::kInvalidArgument, "rule: not a network of IPv4 or IPv6"};
      }
    }
  }
  if (rule.vlan) {
    for (const uint16_t id : {rule.vlan->outer, rule.vlan->inner}) {
      if (id > 0xfff && id != VlanTags::kNone) {
        return {Code::kInvalidArgument, "rule: a VLAN id has 12 bits"};
      }
    }
  }
  return {};
}

}  // namespace

Result<RuleImage> RuleImage::compile(const RuleGeneration& generation, size_t max_rules) {
  if (generation.rules.size() > max_rules) {
    return {Code::kExhausted, "rules: more than " + std::to_string(max_rules) +
                                  ": join networks or shorten the policy"};
  }
  if (generation.otherwise == Action::kSplice) {
    return {Code::kInvalidArgument, "rules: a splice needs keys, so no rule can ask for it"};
  }
  RuleImage image;
  image.otherwise_ = generation.otherwise;
  image.configuration_version_ = generation.configuration_version;
  const size_t slices = (generation.rules.size() + kRulesPerSlice - 1) / kRulesPerSlice;
  image.words_.resize(slices * kWordsPerSlice);
  for (size_t number = 0; number < generation.rules.size(); ++number) {
    const Rule& rule = generation.rules[number];
    if (Status status = check(rule); !status) {
      return status;
    }
    Ternary header;
    if (rule.vlan) {
      header.ask(kOuterVlanAt, kVlanBits, rule.vlan->outer);
      header.ask(kInnerVlanAt, kVlanBits, rule.vlan->inner);
    }
    if (rule.source) {
      header.ask(kSourceAt, *rule.source);
    }
    if (rule.destination) {
      header.ask(kDestinationAt, *rule.destination);
    }
    uint32_t* slice = &image.words_[number / kRulesPerSlice * kWordsPerSlice];
    const size_t bit = number % kRulesPerSlice;
    for (size_t chunk = 0; chunk < kChunks; ++chunk) {
      for (uint32_t row = 0; row < kRows; ++row) {
        slice[chunk * kRows + row] |= agrees(rule, header, chunk, row) ? 1U << bit : 0U;
      }
    }
    slice[kActionChunk * kRows + bit] = actions(rule);
  }
  return image;
}

}  // namespace vitrine::card
