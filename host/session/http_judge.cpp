#include "host/session/http_judge.h"

#include <algorithm>
#include <utility>

#include "policy/lang/domain.h"

namespace vitrine::session {
namespace {

using inspect::Judgement;

std::string media_type(std::string type) {
  type = type.substr(0, type.find(';'));
  type.erase(type.find_last_not_of(" \t") + 1);
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

}  // namespace

HttpJudge::HttpJudge(std::shared_ptr<const policy::Evaluator> evaluator, policy::Facts facts)
    : evaluator_(std::move(evaluator)), facts_(std::move(facts)) {}

std::unique_ptr<HttpJudge> HttpJudge::make(std::shared_ptr<const policy::Evaluator> evaluator,
                                           policy::Facts facts) {
  facts.known.http = policy::Known::kPending;
  const policy::Decided now = evaluator->decide(facts);
  if (now.access.decided && !now.decrypt.verdict) {
    return nullptr;
  }
  return std::unique_ptr<HttpJudge>(new HttpJudge(std::move(evaluator), std::move(facts)));
}

Judgement HttpJudge::decide(const policy::Facts& facts) const {
  const policy::Decided said = evaluator_->decide(facts);
  if (said.ruling == policy::Ruling::kDeny) {
    const auto& book = evaluator_->book();
    const bool by_access = said.by == policy::DecidedBy::kAccess && said.rule < book.access.size();
    return {Judgement::Word::kDeny, by_access ? book.access[said.rule].name : ""};
  }
  return {said.access.decided ? Judgement::Word::kAllow : Judgement::Word::kNeedsResponse, ""};
}

policy::Facts HttpJudge::facts_of(const inspect::Transaction& transaction) const {
  policy::Facts facts = facts_;
  facts.known.http = policy::Known::kYes;
  facts.http_host = policy::normal_host(transaction.host_name());
  facts.http_method = transaction.method;
  facts.http_path = transaction.path();
  return facts;
}

Judgement HttpJudge::on_request(const inspect::Transaction& transaction) {
  return decide(facts_of(transaction));
}

Judgement HttpJudge::on_response(const inspect::Transaction& transaction) {
  policy::Facts facts = facts_of(transaction);
  facts.content_type = media_type(transaction.response_content_type);
  return decide(facts);
}

Judgement HttpJudge::without_http() {
  policy::Facts facts = facts_;
  facts.known.http = policy::Known::kNever;
  return decide(facts);
}

}  // namespace vitrine::session
