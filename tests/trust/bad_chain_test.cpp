// A matrix of chains that must not be trusted, each generated, with the check that says so and the
// depth of the certificate at fault. Every row differs from a good chain in one thing; the good
// chains stand beside it.
#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "tests/trust/chain_rows.h"

namespace vitrine::trust {
namespace {

TEST(BadChains, EachIsRefusedForItsOwnReason) {
  ASSERT_GE(bad_chains().size(), 40U);
  for (const BadChain& row : bad_chains()) {
    const OfflineVerdict result = judge_chain(row.make());
    const Verdict& verdict = result.verdict;
    EXPECT_FALSE(verdict.trusted) << row.what;
    EXPECT_EQ(verdict.check, row.check) << row.what << ": " << verdict.detail;
    EXPECT_EQ(verdict.depth, row.depth) << row.what << ": " << verdict.detail;
    EXPECT_NE(verdict.code, X509_V_OK) << row.what;
    EXPECT_FALSE(verdict.text.empty()) << row.what;
  }
}

TEST(BadChains, TheReportMarksTheCheckThatFailed) {
  for (const BadChain& row : bad_chains()) {
    const OfflineVerdict result = judge_chain(row.make());
    const auto failed = std::find_if(
        result.report.checks.begin(), result.report.checks.end(), [&](const CheckReport& one) {
          return std::string_view(one.check->id) == result.verdict.check;
        });
    ASSERT_NE(failed, result.report.checks.end()) << row.what;
    EXPECT_EQ(failed->result, CheckReport::Result::kFailed) << row.what;
    EXPECT_FALSE(failed->findings.empty()) << row.what;
  }
}

TEST(BadChains, AHostileMeshCostsLittle) {
  const Chain chain = mesh(6);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(judge_chain(chain).verdict.trusted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(GoodChains, AreTrusted) {
  for (const GoodChain& row : good_chains()) {
    const OfflineVerdict result = judge_chain(row.make());
    EXPECT_TRUE(result.verdict.trusted)
        << row.what << ": " << result.verdict.check << ": " << result.verdict.detail;
    for (const CheckReport& check : result.report.checks) {
      EXPECT_NE(check.result, CheckReport::Result::kFailed) << row.what << ": " << check.check->id;
    }
  }
}

}  // namespace
}  // namespace vitrine::trust
