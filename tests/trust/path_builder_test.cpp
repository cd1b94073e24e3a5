// Path building over a graph of CAs that certify each other (RFC 4158 section 2.3, figure 7):
// whichever certificates are expired, the server is trusted exactly where some path is left.
#include "host/trust/path_builder.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TestCert;

struct Edge {
  const char* issuer;
  const char* subject;
};
// Anchor -> A, C; A <-> C; A, C -> B; B -> server.
constexpr std::array kEdges = {
    Edge{"anchor", "a"}, Edge{"anchor", "c"}, Edge{"a", "c"},   Edge{"c", "a"},
    Edge{"a", "b"},      Edge{"c", "b"},      Edge{"b", "end"},
};

bool reachable(const std::string& from, unsigned int left, unsigned int used) {
  if (from == "end") {
    return true;
  }
  for (unsigned int i = 0; i < kEdges.size(); ++i) {
    const unsigned int bit = 1U << i;
    if (from == kEdges[i].issuer && (left & bit) != 0 && (used & bit) == 0 &&
        reachable(kEdges[i].subject, left, used | bit)) {
      return true;
    }
  }
  return false;
}

TEST(PathBuilder, FindsAPathWhereverOneIsLeft) {
  std::map<std::string, std::shared_ptr<EVP_PKEY>> keys;
  for (const char* node : {"anchor", "a", "b", "c", "end"}) {
    keys[node] = test::make_ec_key();
  }
  const TestCert anchor = CertBuilder("/CN=anchor").ca().key(keys["anchor"]).self_signed();
  // Each edge's certificate, valid and expired.
  std::array<std::array<std::shared_ptr<const Facts>, 2>, kEdges.size()> made;
  for (size_t i = 0; i < kEdges.size(); ++i) {
    const Edge& edge = kEdges[i];
    const TestCert issuer =
        CertBuilder(std::string("/CN=") + edge.issuer).ca().key(keys[edge.issuer]).self_signed();
    for (const bool valid : {false, true}) {
      CertBuilder builder(std::string("/CN=") + edge.subject);
      builder.key(keys[edge.subject]).validity(kNow - 9 * kDay, valid ? kNow + kDay : kNow - kDay);
      if (std::string_view(edge.subject) != "end") {
        builder.ca();
      }
      made[i][valid ? 1 : 0] = read_facts(builder.signed_by(issuer).certificate);
    }
  }
  AnchorIndex anchors;
  anchors.add(read_facts(anchor.certificate), AnchorOrigin::kImported);
  for (unsigned int left = 0; left < 1U << kEdges.size(); ++left) {
    std::vector<std::shared_ptr<const Facts>> pool;
    for (size_t i = 0; i + 1 < kEdges.size(); ++i) {
      pool.push_back(made[i][left >> i & 1U]);
    }
    Path start;
    start.certificates.push_back(made.back()[left >> (kEdges.size() - 1) & 1U].get());
    start.now = kNow;
    PathBuilder builder(anchors, pool, BuildLimits{}, std::nullopt);
    const Built built = builder.build(start);
    EXPECT_EQ(built.failed == nullptr, reachable("anchor", left, 0))
        << left << (built.failed != nullptr ? built.finding.detail : "");
    // The other order of the same certificates.
    std::reverse(pool.begin(), pool.end());
    PathBuilder again(anchors, pool, BuildLimits{}, std::nullopt);
    EXPECT_EQ(again.build(start).failed == nullptr, built.failed == nullptr) << left;
  }
}

TEST(PathBuilder, AnswersWhenTheWorkIsSpentBeforeAnythingIsFound) {
  const TestCert anchor = CertBuilder("/CN=anchor").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=end").signed_by(anchor);
  AnchorIndex anchors;
  anchors.add(read_facts(anchor.certificate), AnchorOrigin::kImported);
  const std::vector<std::shared_ptr<const Facts>> pool;
  const std::shared_ptr<const Facts> facts = read_facts(leaf.certificate);
  Path start;
  start.certificates.push_back(facts.get());
  start.now = kNow;
  BuildLimits none;
  none.max_signatures = 0;
  PathBuilder builder(anchors, pool, none, std::nullopt);
  const Built built = builder.build(start);
  ASSERT_NE(built.failed, nullptr);
  EXPECT_STREQ(built.failed->id, "limits");
  EXPECT_EQ(built.path.size(), 1U);
}

}  // namespace
}  // namespace vitrine::trust
