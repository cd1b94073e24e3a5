#include "policy/eval/evaluator.h"

#include <utility>

namespace vitrine::policy {
namespace {

std::vector<RuleIndex::Entry> entries_of(const std::vector<DecryptionRule>& rules) {
  std::vector<RuleIndex::Entry> entries;
  entries.reserve(rules.size());
  for (const DecryptionRule& rule : rules) {
    entries.push_back({&rule.when, rule.outcome.code()});
  }
  return entries;
}

std::vector<RuleIndex::Entry> entries_of(const std::vector<AccessRule>& rules) {
  std::vector<RuleIndex::Entry> entries;
  entries.reserve(rules.size());
  for (const AccessRule& rule : rules) {
    entries.push_back({&rule.when, static_cast<uint8_t>(rule.action)});
  }
  return entries;
}

}  // namespace

Evaluator::Evaluator(std::shared_ptr<const Rulebook> book)
    : book_(std::move(book)),
      subjects_(book_->subject_addresses()),
      decryption_(*book_, entries_of(book_->decryption), subjects_, DecryptOutcome{}.code()),
      access_(*book_, entries_of(book_->access), subjects_,
              static_cast<uint8_t>(AccessAction::kAllow)) {}

Decided Evaluator::decide(const Facts& facts) const {
  Prepared prepared;  // identity is in the index's rows
  prepared.source = AddressKey::from(facts.key.source);
  prepared.destination = AddressKey::from(facts.key.destination);
  prepared.service = service_key(facts.key.protocol, facts.key.destination_port);
  prepared.schedules = book_->active_schedules(facts.wall_ms);
  return decide_by_lists(
      book_->quic, facts, prepared,
      [&](const Prepared& of, const Knowledge& known) {
        return decryption_.decide(facts, of, known);
      },
      [&](const Prepared& of, const Knowledge& known) { return access_.decide(facts, of, known); });
}

}  // namespace vitrine::policy
