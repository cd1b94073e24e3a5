#include <gtest/gtest.h>

#include "policy/compile/compile.h"
#include "policy/compile/prove.h"
#include "policy/eval/evaluator.h"
#include "policy/eval/explain.h"
#include "policy/eval/reference.h"
#include "policy/lang/load.h"

namespace vitrine::policy {
namespace {

std::shared_ptr<const Rulebook> book_of(const std::string& text) {
  const Loaded loaded = load_rulebook("version: 1\n" + text, "p", files_beside("p"));
  EXPECT_NE(loaded.book, nullptr) << (loaded.problems.empty() ? ""
                                                              : loaded.problems[0].to_string());
  return loaded.book;
}

Facts flow(const char* source, const char* destination, uint16_t port = 443) {
  Facts facts;
  facts.key.source = IpAddress::parse(source).value();
  facts.key.destination = IpAddress::parse(destination).value();
  facts.key.source_port = 40000;
  facts.key.destination_port = port;
  return facts;
}

Facts named(Facts facts, const char* server_name) {
  facts.known.hello = Known::kYes;
  facts.server_name = server_name;
  return facts;
}

Ruling ruling(const std::shared_ptr<const Rulebook>& book, const Facts& facts) {
  const Decided decided = decide_reference(*book, facts);
  EXPECT_EQ(decided, Evaluator(book).decide(facts));
  return decided.ruling;
}

TEST(Evaluation, WaitsOnlyForWhatCanChangeTheAnswer) {
  const auto book = book_of(R"(decryption:
  - {name: bank, sni: .bank.example, action: do-not-decrypt}
  - {name: lab, source: 10.9.0.0/16, action: do-not-decrypt}
  - {name: rest, action: decrypt}
)");
  const Decided waiting = decide_reference(*book, flow("10.0.0.1", "192.0.2.1"));
  EXPECT_EQ(waiting.ruling, Ruling::kNeedMore);
  EXPECT_EQ(waiting.needs, Stage::kHello);
  // Both rules that may match do the same.
  EXPECT_EQ(ruling(book, flow("10.9.0.1", "192.0.2.1")), Ruling::kDoNotDecrypt);
  EXPECT_EQ(ruling(book, named(flow("10.0.0.1", "192.0.2.1"), "www.bank.example")),
            Ruling::kDoNotDecrypt);
  EXPECT_EQ(ruling(book, named(flow("10.0.0.1", "192.0.2.1"), "example.org")), Ruling::kDecrypt);
}

TEST(Evaluation, HttpConditionsNeverMatchWhatIsNotDecrypted) {
  const auto book = book_of(R"(decryption:
  - {name: lab, source: 10.9.0.0/16, action: do-not-decrypt}
  - {name: rest, action: decrypt}
access:
  - {name: no-posts, http: {method: POST}, action: deny}
)");
  EXPECT_EQ(ruling(book, flow("10.9.0.1", "192.0.2.1")), Ruling::kDoNotDecrypt);
  Facts facts = flow("10.0.0.1", "192.0.2.1");
  const Decided opening = decide_reference(*book, facts);
  EXPECT_EQ(opening.ruling, Ruling::kDecrypt);
  EXPECT_FALSE(opening.access.decided);
  EXPECT_EQ(opening.access.needs, Stage::kRequest);
  facts.known.http = Known::kYes;
  facts.http_method = "POST";
  EXPECT_EQ(ruling(book, facts), Ruling::kDeny);
  facts.http_method = "GET";
  EXPECT_EQ(ruling(book, facts), Ruling::kDecrypt);
}

TEST(Evaluation, IdentityAndTimeChooseRules) {
  const auto book = book_of(R"(users: [ada]
times:
  lessons: {days: mon, from: "08:00", to: "09:00"}
identity:
  - {name: desk, source: 10.0.0.7, user: ada}
decryption:
  - {name: ada, user: ada, time: lessons, action: block}
)");
  constexpr int64_t kMondayHalfPastEight = 4 * int64_t{86'400'000} + 8 * 3'600'000 + 1'800'000;
  Facts facts = flow("10.0.0.7", "192.0.2.1");
  EXPECT_EQ(ruling(book, facts), Ruling::kDoNotDecrypt);
  facts.wall_ms = kMondayHalfPastEight;
  EXPECT_EQ(ruling(book, facts), Ruling::kDeny);
  facts.key.source = IpAddress::parse("10.0.0.8").value();
  EXPECT_EQ(ruling(book, facts), Ruling::kDoNotDecrypt);
  EXPECT_EQ(next_change(*book, kMondayHalfPastEight), kMondayHalfPastEight + 1'800'000);
}

TEST(Evaluation, QuicIsBlockedWhereTcpWouldNotSurelyBeLeftAlone) {
  const auto book = book_of(R"(decryption:
  - {name: lab, source: 10.9.0.0/16, action: do-not-decrypt}
  - {name: rest, action: decrypt}
)");
  Facts facts = flow("10.0.0.1", "192.0.2.1");
  facts.key.protocol = kUdp;
  EXPECT_EQ(ruling(book, facts), Ruling::kDeny);
  EXPECT_EQ(explain(*book, facts).rule, "quic");
  facts.key.destination_port = 53;
  EXPECT_EQ(ruling(book, facts), Ruling::kDoNotDecrypt);
  facts = flow("10.9.0.1", "192.0.2.1");
  facts.key.protocol = kUdp;
  EXPECT_EQ(ruling(book, facts), Ruling::kDoNotDecrypt);
}

TEST(Explanation, NamesTheRuleAndWhyOthersDoNotHold) {
  const auto book = book_of(R"(decryption:
  - {name: lab, source: 10.9.0.0/16, action: do-not-decrypt}
  - {name: bank, sni: .bank.example, action: do-not-decrypt}
  - {name: rest, action: decrypt, strict: true}
)");
  const Explanation explained = explain(*book, flow("10.0.0.1", "192.0.2.1"));
  EXPECT_EQ(explained.decided.ruling, Ruling::kNeedMore);
  ASSERT_EQ(explained.rules.size(), 4U);
  EXPECT_EQ(explained.rules[1].why, "source 10.0.0.1 is not what it asks for");
  EXPECT_EQ(explained.rules[2].why, "the server name is not known yet (hello)");
  EXPECT_EQ(explained.rules[3].action, "decrypt (strict)");
  EXPECT_TRUE(explained.rules[3].decides);
}

TEST(CardRules, BothReadingsOfAPacketMustAgree) {
  const auto book = book_of(R"(decryption:
  - {name: bank, zone: inside, destination: 192.0.2.0/24, service: tcp/443, action: do-not-decrypt}
  - {name: web, zone: inside, service: tcp/443, action: decrypt}
quic: allow
)");
  const auto compiled = compile_rulebook(*book, {9, 0, 4096});
  ASSERT_TRUE(compiled.is_ok());
  EXPECT_EQ(compiled->generation.configuration_version, 9U);
  const auto action = [&](const card::FlowKey& key) {
    return first_match(compiled->generation, key);
  };
  const card::FlowKey bank = flow("10.0.0.1", "192.0.2.1").key;
  const card::FlowKey web = flow("10.0.0.1", "198.51.100.1").key;
  EXPECT_EQ(action(bank), card::Action::kForward);
  EXPECT_EQ(action(bank.reversed()), card::Action::kForward);
  EXPECT_EQ(action(web), card::Action::kPunt);
  EXPECT_EQ(action(web.reversed()), card::Action::kPunt);
  EXPECT_EQ(action(flow("10.0.0.1", "198.51.100.1", 25).key), card::Action::kForward);
}

TEST(CardRules, ASmallCardPuntsTheRestAndTooManyDeniesAreRefused) {
  std::string text = "quic: allow\ndecryption:\n";
  std::string access = "quic: allow\naccess:\n";
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    text += "  - {name: r" + n + ", zone: inside, service: tcp/443, destination: 10." + n +
            ".0.1, action: do-not-decrypt}\n";
    access +=
        "  - {name: r" + n + ", service: udp/53, destination: 10." + n + ".0.1, action: deny}\n";
  }
  text += "  - {name: rest, zone: inside, service: tcp/443, action: decrypt}\n";
  const auto book = book_of(text);
  const auto compiled = compile_rulebook(*book, {1, 0, 32});
  ASSERT_TRUE(compiled.is_ok());
  EXPECT_LE(compiled->generation.rules.size(), 32U);
  EXPECT_GT(compiled->left_out, 0U);
  const Proof proof = prove_equivalent(Evaluator(book), compiled->generation, 0);
  EXPECT_TRUE(proof.holds) << proof.counterexample;
  EXPECT_GT(proof.cautious, 0U);
  EXPECT_EQ(compile_rulebook(*book_of(access), {1, 0, 32}).status().code(), Code::kExhausted);
}

TEST(CardRules, NeverTouchWhatIsNotIp) {
  const auto book = book_of("access:\n  - {name: all, action: deny}\n");
  const auto compiled = compile_rulebook(*book, {});
  ASSERT_TRUE(compiled.is_ok());
  for (const card::Rule& rule : compiled->generation.rules) {
    EXPECT_TRUE(rule.protocol || rule.ip_version || rule.source || rule.destination);
  }
}

}  // namespace
}  // namespace vitrine::policy
