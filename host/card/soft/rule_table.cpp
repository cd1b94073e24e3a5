#include "host/card/soft/rule_table.h"

#include <cstring>

namespace vitrine::card::soft {
namespace {

// The halves of an address as they lie in memory: masks are made the same way, so order does not
// matter.
std::array<uint64_t, 2> halves(const std::array<uint8_t, 16>& bytes) {
  std::array<uint64_t, 2> out{};
  std::memcpy(out.data(), bytes.data(), 16);
  return out;
}

Status check_network(const std::optional<IpNetwork>& network) {
  if (!network) {
    return {};
  }
  const uint8_t version = network->address.version;
  if ((version != 4 && version != 6) || network->prefix_length > (version == 4 ? 32 : 128)) {
    return {Code::kInvalidArgument, "rule: not a network of IPv4 or IPv6"};
  }
  return {};
}

}  // namespace

bool RuleTable::Network::fits(const IpAddress& address) const {
  if (version == 0) {
    return true;
  }
  const auto bits = halves(address.bytes);
  return address.version == version && ((bits[0] ^ value[0]) & mask[0]) == 0 &&
         ((bits[1] ^ value[1]) & mask[1]) == 0;
}

RuleTable::Network RuleTable::compile_network(const std::optional<IpNetwork>& network) {
  Network out;
  if (!network) {
    return out;
  }
  std::array<uint8_t, 16> mask{};
  for (size_t bit = 0; bit < network->prefix_length; ++bit) {
    mask[bit / 8] = static_cast<uint8_t>(mask[bit / 8] | 0x80U >> (bit % 8));
  }
  out.version = network->address.version;
  out.value = halves(network->address.bytes);
  out.mask = halves(mask);
  return out;
}

Result<RuleTable> RuleTable::compile(const RuleGeneration& generation) {
  if (generation.rules.size() > kMaxRules) {
    return {Code::kExhausted, "rules: more than " + std::to_string(kMaxRules) +
                                  ": join networks or shorten the policy"};
  }
  RuleTable table;
  table.otherwise_ = generation.otherwise;
  table.configuration_version_ = generation.configuration_version;
  if (generation.otherwise == Action::kSplice) {
    return {Code::kInvalidArgument, "rules: a splice needs keys, so no rule can ask for it"};
  }
  for (const Rule& rule : generation.rules) {
    if (rule.action == Action::kSplice) {
      return {Code::kInvalidArgument, "rules: a splice needs keys, so no rule can ask for it"};
    }
    for (const auto* network : {&rule.source, &rule.destination}) {
      if (Status status = check_network(*network); !status) {
        return status;
      }
    }
    Compiled c;
    c.ingress_mask = rule.ingress ? 0xff : 0;
    c.ingress = rule.ingress ? static_cast<uint8_t>(*rule.ingress) : 0;
    c.any_vlan = !rule.vlan.has_value();
    c.vlan = rule.vlan.value_or(VlanTags{});
    c.ip_version = rule.ip_version.value_or(0);
    c.any_protocol = !rule.protocol.has_value();
    c.protocol = rule.protocol.value_or(0);
    c.source = compile_network(rule.source);
    c.destination = compile_network(rule.destination);
    c.source_port = rule.source_port;
    c.destination_port = rule.destination_port;
    c.action = rule.action;
    table.rules_.push_back(c);
  }
  return table;
}

RuleTable::Fit RuleTable::match(const Compiled& rule, FrameKind kind, const FlowKey& key) {
  const bool fits_below_transport =
      ((static_cast<uint8_t>(key.ingress) ^ rule.ingress) & rule.ingress_mask) == 0 &&
      (rule.any_vlan || rule.vlan == key.vlan) &&
      (rule.ip_version == 0 || rule.ip_version == key.source.version) &&
      rule.source.fits(key.source) && rule.destination.fits(key.destination);
  if (!fits_below_transport) {
    return Fit::kNo;
  }
  const bool asks_port = rule.source_port.mask != 0 || rule.destination_port.mask != 0;
  if (kind == FrameKind::kExtensionHeader) {
    return rule.any_protocol && !asks_port ? Fit::kYes : Fit::kUnsure;
  }
  if (kind == FrameKind::kNotIp) {
    return rule.any_protocol && !asks_port ? Fit::kYes : Fit::kNo;
  }
  if (!rule.any_protocol && rule.protocol != key.protocol) {
    return Fit::kNo;
  }
  if (kind == FrameKind::kFragment) {
    return asks_port ? Fit::kUnsure : Fit::kYes;
  }
  const bool fits_ports =
      ((key.source_port ^ rule.source_port.value) & rule.source_port.mask) == 0 &&
      ((key.destination_port ^ rule.destination_port.value) & rule.destination_port.mask) == 0;
  return fits_ports ? Fit::kYes : Fit::kNo;
}

Action RuleTable::decide(FrameKind kind, const FlowKey& key) const {
  for (const Compiled& rule : rules_) {
    switch (match(rule, kind, key)) {
      case Fit::kYes:
        return rule.action;
      case Fit::kUnsure:
        return Action::kPunt;
      case Fit::kNo:
        break;
    }
  }
  return otherwise_;
}

}  // namespace vitrine::card::soft
