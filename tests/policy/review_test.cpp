#include "policy/compile/review.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "policy/lang/load.h"

namespace vitrine::policy {
namespace {

// "shadowed-rule 9: decryption rule 'b' is shadowed: 'a' (line 5) above ..."
std::vector<std::string> findings(const std::string& text) {
  const Loaded loaded = load_rulebook(text, "p", files_beside("p"));
  EXPECT_NE(loaded.book, nullptr) << (loaded.problems.empty() ? ""
                                                              : loaded.problems[0].to_string());
  std::vector<std::string> out;
  if (loaded.book != nullptr) {
    for (const Diagnostic& finding : review(*loaded.book, "p")) {
      out.push_back(finding.code + " " + std::to_string(finding.mark.line) + ": " +
                    finding.message);
    }
  }
  return out;
}

std::string rule(const char* name, const char* conditions, const char* action) {
  return std::string("  - {name: ") + name + ", " + conditions + (*conditions != '\0' ? ", " : "") +
         "action: " + action + "}\n";
}

const std::string kHead = "version: 1\ndecryption:\n";

TEST(Review, NamesTheRuleThatShadows) {
  const auto found =
      findings(kHead + rule("wide", "destination: 10.0.0.0/8", "decrypt") +
               rule("narrow", "destination: 10.1.0.0/16, service: tcp/443", "block"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      found[0],
      "shadowed-rule 4: decryption rule 'narrow' is shadowed: 'wide' (line 3) above takes all "
      "that it asks for and does otherwise");
}

TEST(Review, NamesTheRulesThatShadowTogether) {
  const auto found = findings(kHead + rule("low", "destination: 10.0.0.0/9", "decrypt") +
                              rule("high", "destination: 10.128.0.0/9", "decrypt") +
                              rule("both", "destination: 10.0.0.0/8", "block"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      found[0],
      "shadowed-rule 5: decryption rule 'both' never decides: the rules 'low' (line 3), 'high' "
      "(line 4) together take all that it asks for");
}

TEST(Review, FindsRedundantRulesAboveAndBelow) {
  const auto above =
      findings(kHead + rule("wide", "", "decrypt") + rule("narrow", "service: tcp/443", "decrypt"));
  ASSERT_EQ(above.size(), 1U);
  EXPECT_EQ(above[0].substr(0, 50), "redundant-rule 4: decryption rule 'narrow' is redu");
  const auto below =
      findings(kHead + rule("narrow", "service: tcp/443", "decrypt") + rule("wide", "", "decrypt"));
  ASSERT_EQ(below.size(), 1U);
  EXPECT_NE(below[0].find("'wide' (line 4) below"), std::string::npos);
}

TEST(Review, ARuleInBetweenMakesTheUpperOneMatter) {
  EXPECT_TRUE(findings(kHead + rule("a", "service: tcp/443", "decrypt") +
                       rule("b", "service: tcp/400-500", "block") + rule("c", "", "decrypt"))
                  .empty());
}

TEST(Review, NamesBothOfAConflict) {
  const auto found = findings(kHead + rule("a", "source: 10.0.0.0/8", "decrypt") +
                              rule("b", "destination: 10.0.0.0/8", "block"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0],
            "conflicting-rules 4: decryption rule 'b' and 'a' (line 3) above share connections and "
            "differ in what they do");
}

TEST(Review, KnowsWiderDomainsAndSeparateOnes) {
  const auto covered = findings(kHead + rule("wide", "sni: .example.org", "decrypt") +
                                rule("narrow", "sni: www.example.org", "block"));
  ASSERT_EQ(covered.size(), 1U);
  EXPECT_EQ(covered[0].substr(0, 15), "shadowed-rule 4");
  EXPECT_TRUE(findings(kHead + rule("a", "sni: a.example", "decrypt") +
                       rule("b", "sni: b.example", "block"))
                  .empty());
}

TEST(Review, SpecialCasesAboveGeneralRulesAreFine) {
  EXPECT_TRUE(findings(kHead + rule("narrow", "destination: 10.0.0.1", "block") +
                       rule("wide", "", "decrypt"))
                  .empty());
}

TEST(Review, FindsUnusedObjectsAndHttpWithoutDecryption) {
  const auto found = findings("version: 1\nnetworks:\n  spare: 10.0.0.1\naccess:\n" +
                              rule("a", "http: {method: GET}", "deny"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].substr(0, 16), "needs-decryption");
  EXPECT_EQ(found[1], "unused-object 3: the network 'spare' is used by nothing");
}

}  // namespace
}  // namespace vitrine::policy
