// Stages of compile_rulebook():
//   1. layers: what may become of an opener's packet          (layers.cpp)
//   2. verdicts: of packets whose direction is not known      (layers.cpp)
//   3. rules: boxes as ternary matches, as many as fit        (ternary.cpp)
#include "policy/compile/compile.h"

#include <algorithm>

#include "policy/compile/layers.h"
#include "policy/compile/ternary.h"

namespace vitrine::policy {
namespace {

constexpr int64_t kMsOfMinute = 60'000;

card::Rule whole_protocol(uint8_t protocol, card::Action action) {
  card::Rule rule;
  rule.protocol = protocol;
  rule.action = action;
  return rule;
}

// Appends verdicts in order while they fit; the rest is `otherwise`.  Returns how many were left
// out.
size_t append_verdicts(const std::vector<PacketVerdict>& verdicts, size_t room,
                       const card::Rule& otherwise, std::vector<card::Rule>& rules) {
  const size_t limit = rules.size() + room;
  for (size_t i = 0; i < verdicts.size(); ++i) {
    // One rule is kept back for `otherwise`, unless this is the last.
    const size_t reserve = i + 1 < verdicts.size() ? 1 : 0;
    const size_t left = limit - rules.size();
    if (left < reserve ||
        !append_rules(verdicts[i].box, verdicts[i].action, left - reserve, rules)) {
      rules.push_back(otherwise);
      return verdicts.size() - i;
    }
  }
  return 0;
}

}  // namespace

Result<CardRules> compile_rulebook(const Rulebook& book, const CardTarget& target) {
  CardRules out;
  const uint64_t schedules = book.active_schedules(target.wall_ms);
  const auto subjects = book.subject_addresses();
  const auto openers = opener_verdicts(access_layers(book, subjects, schedules),
                                       decryption_layers(book, subjects, schedules));
  const auto packets = packet_verdicts(openers, out.conservative);
  const auto others = other_verdicts(book, subjects, schedules);

  std::vector<card::Rule> other_rules;
  const size_t room = std::max<size_t>(target.max_rules, 2) - 2;  // one each for TCP and UDP/443
  for (const PacketVerdict& verdict : others) {
    if (!append_rules(verdict.box, verdict.action, room - other_rules.size(), other_rules)) {
      return {Code::kExhausted,
              "the access rules for protocols other than TCP need more than the card's " +
                  std::to_string(target.max_rules) +
                  " rules: join networks or services, or leave some of these rules out"};
    }
  }
  card::RuleGeneration& generation = out.generation;
  generation.configuration_version = target.configuration_version;
  generation.otherwise = card::Action::kForward;

  card::Rule quic_rule = whole_protocol(kUdp, card::Action::kDrop);
  quic_rule.destination_port = {kHttps, 0xffff};
  std::vector<card::Rule> quic_rules;
  size_t quic_boxes = 0;
  if (book.quic == QuicMode::kBlockAll) {
    quic_rules.push_back(quic_rule);
  } else if (book.quic == QuicMode::kBlock) {
    const auto quic = quic_verdicts(openers, others);
    quic_boxes = quic.size();
    // At most a third of what is left: TCP's rules are worth more.
    const size_t share = 1 + (room - other_rules.size()) / 3;
    out.left_out += append_verdicts(quic, share, quic_rule, quic_rules);
  }
  out.boxes = packets.size() + others.size() + quic_boxes;
  out.left_out += append_verdicts(
      packets, 1 + room - other_rules.size() - (quic_rules.empty() ? 0 : quic_rules.size() - 1),
      whole_protocol(kTcp, card::Action::kPunt), generation.rules);
  generation.rules.insert(generation.rules.end(), quic_rules.begin(), quic_rules.end());
  generation.rules.insert(generation.rules.end(), other_rules.begin(), other_rules.end());
  return out;
}

int64_t next_change(const Rulebook& book, int64_t wall_ms) {
  const uint64_t now = book.active_schedules(wall_ms);
  const int64_t minute = wall_ms / kMsOfMinute * kMsOfMinute;
  for (int i = 1; i <= kMinutesOfWeek; ++i) {
    const int64_t then = minute + i * kMsOfMinute;
    if (book.active_schedules(then) != now) {
      return then;
    }
  }
  return -1;
}

}  // namespace vitrine::policy
