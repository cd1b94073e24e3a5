// The table of checks: what docs say is what runs.
#include "host/trust/check_table.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

TEST(CheckTable, DocsAreWrittenFromIt) {
  EXPECT_EQ(test::read_text(VITRINE_SOURCE_DIR "/docs/trust_checks.md"), check_table_markdown())
      << "run `vitrine trust checks --markdown > docs/trust_checks.md`";
}

TEST(CheckTable, RowsHaveUniqueNamesAndAFunctionUnlessTheSearchFindsThem) {
  std::set<std::string> seen;
  for (const Check& check : check_table()) {
    EXPECT_TRUE(seen.insert(check.id).second) << check.id;
    EXPECT_EQ(check.run == nullptr, check.scope == CheckScope::kSearch) << check.id;
    EXPECT_EQ(&check_by_id(check.id), &check);
  }
}

}  // namespace
}  // namespace vitrine::trust
