#include "policy/compile/card_rules.h"

#include "host/base/ip_header.h"

namespace vitrine::policy {
namespace {

constexpr uint16_t kHttps = 443;
constexpr uint16_t kWholePort = 0xffff;

void leave_alone(const IpNetwork& network, std::vector<card::Rule>& rules) {
  card::Rule to;
  to.destination = network;
  to.action = card::Action::kForward;
  card::Rule from;
  from.source = network;
  from.action = card::Action::kForward;
  rules.push_back(to);
  rules.push_back(from);
}

void block_quic(std::vector<card::Rule>& rules) {
  card::Rule question;
  question.protocol = kProtocolUdp;
  question.ingress = card::Port::kInside;
  question.destination_port = {kHttps, kWholePort};
  question.action = card::Action::kDrop;
  rules.push_back(question);
}

}  // namespace

card::RuleGeneration compile(const DecryptAllPolicy& policy, const CompileOptions& options) {
  card::RuleGeneration generation;
  generation.configuration_version = policy.configuration_version();
  for (const IpNetwork& network : policy.bypassed()) {
    leave_alone(network, generation.rules);
  }
  if (options.block_quic) {
    block_quic(generation.rules);
  }
  card::Rule inspect;
  inspect.protocol = kProtocolTcp;
  inspect.action = card::Action::kPunt;
  generation.rules.push_back(inspect);
  return generation;
}

}  // namespace vitrine::policy
