#include "host/session/http_judge.h"

#include <gtest/gtest.h>

#include "policy/lang/load.h"

namespace vitrine::session {
namespace {

using inspect::Judgement;
using Word = Judgement::Word;

std::shared_ptr<const policy::Evaluator> evaluator(const std::string& text) {
  const policy::Loaded loaded =
      policy::load_rulebook("version: 1\n" + text, "p", policy::files_beside("p"));
  EXPECT_NE(loaded.book, nullptr);
  return std::make_shared<policy::Evaluator>(loaded.book);
}

policy::Facts facts() {
  policy::Facts facts;
  facts.key.source = IpAddress::parse("10.0.0.1").value();
  facts.key.destination = IpAddress::parse("192.0.2.1").value();
  facts.key.source_port = 40000;
  facts.key.destination_port = 443;
  facts.known.hello = policy::Known::kYes;
  facts.known.certificate = policy::Known::kYes;
  facts.server_name = "example.org";
  return facts;
}

inspect::Transaction request(const std::string& method, const std::string& host,
                             const std::string& target) {
  inspect::Transaction transaction;
  transaction.method = method;
  transaction.host = host;
  transaction.target = target;
  return transaction;
}

constexpr const char* kRules =
    "decryption: [{name: all, action: decrypt}]\n"
    "access:\n"
    "  - {name: no-uploads, http: {method: [PUT], path: [\"/up/*\"]}, action: deny}\n"
    "  - {name: no-host, http: {host: [bad.example]}, action: deny}\n"
    "  - {name: no-programs, http: {content_type: [application/x-program]}, action: deny}\n";

TEST(HttpJudgeTest, IsThereOnlyWhereRulesNeedContent) {
  EXPECT_EQ(HttpJudge::make(evaluator("decryption: [{name: all, action: decrypt}]\n"), facts()),
            nullptr);
  EXPECT_NE(HttpJudge::make(evaluator(kRules), facts()), nullptr);
  EXPECT_NE(HttpJudge::make(
                evaluator("decryption: [{name: all, action: decrypt, verdict: true}]\n"), facts()),
            nullptr);
  EXPECT_EQ(HttpJudge::make(evaluator("decryption: [{name: all, action: decrypt}]\n"
                                      "access: [{name: other, destination: 198.51.100.1, "
                                      "http: {method: [PUT]}, action: deny}]\n"),
                            facts()),
            nullptr)
      << "a rule for another server";
}

TEST(HttpJudgeTest, RulesDecideByMethodPathHostAndType) {
  const auto judge = HttpJudge::make(evaluator(kRules), facts());
  ASSERT_NE(judge, nullptr);
  const Judgement put = judge->on_request(request("PUT", "example.org", "/up/x?y"));
  EXPECT_EQ(put.word, Word::kDeny);
  EXPECT_EQ(put.rule, "no-uploads");
  EXPECT_EQ(judge->on_request(request("GET", "BAD.example:443", "/")).rule, "no-host");
  EXPECT_EQ(judge->on_request(request("GET", "x", "https://bad.example/")).rule, "no-host")
      << "an absolute target overrides Host";
  inspect::Transaction get = request("GET", "example.org", "/up/x");
  EXPECT_EQ(judge->on_request(get).word, Word::kNeedsResponse);
  get.response_content_type = "text/html; charset=utf-8";
  EXPECT_EQ(judge->on_response(get).word, Word::kAllow);
  get.response_content_type = "Application/X-Program ;x=y";
  EXPECT_EQ(judge->on_response(get).rule, "no-programs");
}

TEST(HttpJudgeTest, WhatIsNoHttpMatchesNoHttpRule) {
  const auto judge = HttpJudge::make(evaluator(kRules), facts());
  EXPECT_EQ(judge->without_http().word, Word::kAllow);
  const auto only =
      HttpJudge::make(evaluator("decryption: [{name: all, action: decrypt}]\n"
                                "access:\n"
                                "  - {name: web, http: {host: [example.org]}, action: allow}\n"
                                "  - {name: rest, action: deny}\n"),
                      facts());
  ASSERT_NE(only, nullptr);
  EXPECT_EQ(only->without_http().rule, "rest");
  EXPECT_EQ(only->on_request(request("GET", "example.org", "/")).word, Word::kAllow);
}

}  // namespace
}  // namespace vitrine::session
