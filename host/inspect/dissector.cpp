#include "host/inspect/dissector.h"

#include <utility>

namespace vitrine::inspect {

void Dissector::stop(std::string why) {
  if (standing_ == Standing::kFollowing) {
    standing_ = Standing::kStopped;
    why_ = std::move(why);
  }
}

void Dissector::block(const Transaction& transaction, std::string rule) {
  standing_ = Standing::kBlocked;
  rule_ = std::move(rule);
  blocked_ = transaction;
}

bool Dissector::allow_request(Transaction& transaction) {
  if (judge_ == nullptr) {
    return true;
  }
  Judgement said = judge_->on_request(transaction);
  transaction.needs_response = said.word == Judgement::Word::kNeedsResponse;
  if (said.word == Judgement::Word::kDeny) {
    block(transaction, std::move(said.rule));
    return false;
  }
  return true;
}

bool Dissector::allow_response(Transaction& transaction) {
  if (judge_ == nullptr || !transaction.needs_response) {
    return true;
  }
  Judgement said = judge_->on_response(transaction);
  if (said.word == Judgement::Word::kDeny) {
    block(transaction, std::move(said.rule));
    return false;
  }
  return true;
}

// Nothing of the request goes into it: it would be shown as the appliance's word.
std::string Dissector::refusal_page() const {
  std::string rule;
  for (const char c : rule_) {
    rule += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return "<!doctype html><title>Blocked</title><h1>Blocked by policy</h1><p>This request was "
         "refused "
         "by the network's firewall, rule <b>" +
         (rule.empty() ? "(default)" : rule) + "</b>.</p>\n";
}

}  // namespace vitrine::inspect
