// The access rules for the HTTP of one decrypted connection, by the policy's evaluator.
//
// Everything but HTTP is known and does not change: those are the facts it is made with. Method and
// path are compared as they were sent; the content type is what stands before its parameters.
#pragma once

#include <memory>

#include "host/inspect/transaction.h"
#include "policy/eval/evaluator.h"

namespace vitrine::session {

class HttpJudge : public inspect::AccessJudge {
 public:
  // Null where the rules need no content: access is decided by the facts, and the decryption rule
  // asks for no verdict. `facts.known.http` is taken as pending.
  static std::unique_ptr<HttpJudge> make(std::shared_ptr<const policy::Evaluator> evaluator,
                                         policy::Facts facts);

  inspect::Judgement on_request(const inspect::Transaction& transaction) override;
  inspect::Judgement on_response(const inspect::Transaction& transaction) override;
  inspect::Judgement without_http() override;

 private:
  HttpJudge(std::shared_ptr<const policy::Evaluator> evaluator, policy::Facts facts);
  policy::Facts facts_of(const inspect::Transaction& transaction) const;
  inspect::Judgement decide(const policy::Facts& facts) const;

  std::shared_ptr<const policy::Evaluator> evaluator_;
  policy::Facts facts_;
};

}  // namespace vitrine::session
