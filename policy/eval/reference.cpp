#include "policy/eval/reference.h"

namespace vitrine::policy {
namespace {

uint8_t outcome_of(const DecryptionRule& rule) { return rule.outcome.code(); }
uint8_t outcome_of(const AccessRule& rule) { return static_cast<uint8_t>(rule.action); }

template <typename Rule>
ListAnswer walk(const Rulebook& book, const std::vector<Rule>& rules, uint8_t otherwise,
                const Facts& facts, const Prepared& prepared, const Knowledge& known) {
  std::optional<ListAnswer> waiting;  // the first rule that is unknown
  ListAnswer answer{true, otherwise, kNoRule, Stage::kConnection};
  for (size_t i = 0; i < rules.size(); ++i) {
    const Match found = match(book, rules[i].when, facts, prepared, known);
    if (found.truth == Truth::kFalse) {
      continue;
    }
    const uint8_t outcome = outcome_of(rules[i]);
    if (waiting && waiting->outcome != outcome) {
      return *waiting;
    }
    if (found.truth == Truth::kTrue) {
      return {true, outcome, i, Stage::kConnection};
    }
    if (!waiting) {
      waiting = ListAnswer{false, outcome, i, found.needs};
    }
  }
  return waiting && waiting->outcome != otherwise ? *waiting : answer;
}

}  // namespace

const char* ruling_name(Ruling ruling) {
  switch (ruling) {
    case Ruling::kNeedMore:
      return "need more";
    case Ruling::kDoNotDecrypt:
      return "do not decrypt";
    case Ruling::kDecrypt:
      return "decrypt";
    case Ruling::kDeny:
      return "deny";
  }
  return "need more";
}

DecryptOutcome decrypt_outcome(uint8_t code) {
  return {static_cast<DecryptAction>(code & 3U), (code & 4U) != 0, (code & 8U) != 0,
          (code & 16U) != 0};
}

Decided decide_reference(const Rulebook& book, const Facts& facts) {
  constexpr DecryptOutcome kOtherwise{};
  return decide_by_lists(
      book.quic, facts, prepare(book, facts),
      [&](const Prepared& prepared, const Knowledge& known) {
        return walk(book, book.decryption, kOtherwise.code(), facts, prepared, known);
      },
      [&](const Prepared& prepared, const Knowledge& known) {
        return walk(book, book.access, static_cast<uint8_t>(AccessAction::kAllow), facts, prepared,
                    known);
      });
}

}  // namespace vitrine::policy
