// Files in, verdict out: what cannot be used is told from what is not trusted.
#include "host/trust/offline_check.h"

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::kNow;
using test::TestCert;

std::vector<uint8_t> bytes_of_text(const std::string& text) { return {text.begin(), text.end()}; }

struct Files {
  TestCert root = CertBuilder("/CN=root").ca().self_signed();
  TestCert middle = CertBuilder("/CN=middle").ca().signed_by(root);
  TestCert leaf = CertBuilder("/CN=a.example")
                      .dns("a.example")
                      .extension(NID_ext_key_usage, "serverAuth")
                      .signed_by(middle);

  OfflineCheck check() const {
    OfflineCheck made;
    made.system_bundle = std::nullopt;
    made.chain = bytes_of_text(leaf.pem() + middle.pem());
    made.roots.push_back(root.der());
    made.name = PeerName::host("a.example");
    made.now = kNow;
    return made;
  }
};

TEST(OfflineCheck, TrustedChainHasItsPathAndNoFailedCheck) {
  const Files files;
  const auto result = check_offline(files.check());
  ASSERT_TRUE(result.is_ok());
  EXPECT_TRUE(result->verdict.trusted) << result->verdict.detail;
  ASSERT_EQ(result->report.path.size(), 3U);
  EXPECT_TRUE(result->report.anchored);
  EXPECT_EQ(result->report.profile, Profile::kWebPki);
  EXPECT_EQ(result->report.checks.size(), check_table().size());
}

TEST(OfflineCheck, IntermediatesFromAFileStandInForMissingOnes) {
  const Files files;
  OfflineCheck check = files.check();
  check.chain = bytes_of_text(files.leaf.pem());
  EXPECT_FALSE(check_offline(check)->verdict.trusted);
  check.intermediates.push_back(files.middle.der());
  EXPECT_TRUE(check_offline(check)->verdict.trusted);
}

TEST(OfflineCheck, AnIntermediateGivenAsRootEndsThePath) {
  const Files files;
  OfflineCheck check = files.check();
  check.roots = {files.middle.der()};
  check.chain = bytes_of_text(files.leaf.pem() + files.root.pem());
  const auto result = check_offline(check);
  EXPECT_TRUE(result->verdict.trusted) << result->verdict.detail;
  EXPECT_EQ(result->report.path.size(), 2U);
}

TEST(OfflineCheck, ImportsOfAStateDirectoryCountAndAreHeldToRfc5280) {
  const Files files;
  const test::TempDir state;
  ASSERT_TRUE(TrustStore::open({state.path(), std::nullopt})
                  .value()
                  ->import(as_bytes(files.root.pem()))
                  .is_ok());
  OfflineCheck check = files.check();
  check.roots.clear();
  EXPECT_FALSE(check_offline(check)->verdict.trusted);
  check.state_dir = state.path();
  const auto result = check_offline(check);
  EXPECT_TRUE(result->verdict.trusted) << result->verdict.detail;
  EXPECT_EQ(result->report.profile, Profile::kRfc5280);
}

TEST(OfflineCheck, WhatDoesNotParseIsUnusable) {
  const Files files;
  const std::vector<uint8_t> junk = bytes_of_text("junk");
  OfflineCheck check = files.check();
  check.chain = junk;
  EXPECT_FALSE(check_offline(check).is_ok());
  check = files.check();
  check.roots.push_back(junk);
  EXPECT_FALSE(check_offline(check).is_ok());
  check = files.check();
  check.intermediates.push_back(junk);
  EXPECT_FALSE(check_offline(check).is_ok());
  check = files.check();
  check.lists.push_back(junk);
  EXPECT_FALSE(check_offline(check).is_ok());
}

TEST(OfflineCheck, TimesAreReadInUtc) {
  EXPECT_EQ(parse_check_time("2024-03-01T00:00:00Z"), 1709251200);
  EXPECT_EQ(parse_check_time("2024-03-01"), 1709251200);
  EXPECT_EQ(parse_check_time("2024-03-01T02:00:00+02:00"), 1709251200);
  EXPECT_EQ(parse_check_time("2024-02-29T23:59:59.999Z"), 1709251199);
  EXPECT_EQ(parse_check_time("@1709251200"), 1709251200);
  EXPECT_EQ(parse_check_time("1969-12-31T23:59:59Z"), -1);
  for (const char* bad : {"", "2024", "2024-13-01", "2024-02-30", "2024-03-01T",
                          "2024-03-01T25:00:00Z", "@", "@1x", "2024-03-01T00:00:00+2"}) {
    EXPECT_EQ(parse_check_time(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace vitrine::trust
