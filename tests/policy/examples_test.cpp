// Every policy of policy/examples: read, reviewed, compiled, proved at each time of its week.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "policy/compile/check.h"
#include "policy/eval/reference.h"

namespace vitrine::policy {
namespace {

std::vector<std::filesystem::path> examples() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(VITRINE_EXAMPLES)) {
    if (entry.path().extension() == ".yaml") {
      paths.push_back(entry.path());
    }
  }
  return paths;
}

CheckReport check_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return check(text.str(), path.filename().string(), files_beside(path.string()), {});
}

TEST(Examples, AreProvedWithoutErrors) {
  const auto paths = examples();
  ASSERT_GE(paths.size(), 5U);
  for (const auto& path : paths) {
    const CheckReport report = check_file(path);
    EXPECT_TRUE(report.ok) << path;
    for (const Diagnostic& problem : report.problems) {
      EXPECT_NE(problem.severity, Severity::kError) << problem.to_string();
    }
    for (const CheckedState& state : report.states) {
      EXPECT_TRUE(state.proof.holds) << path << ": " << state.proof.counterexample;
      EXPECT_GT(state.proof.cells, 0U);
      EXPECT_EQ(state.rules.left_out, 0U) << path;
    }
  }
}

TEST(Examples, ReviewFindsTheRuleThatTheVlanExampleShadows) {
  const CheckReport report = check_file(std::filesystem::path(VITRINE_EXAMPLES) / "vlans.yaml");
  const auto it =
      std::find_if(report.problems.begin(), report.problems.end(), [](const Diagnostic& d) {
        return d.code == "conflicting-rules" &&
               d.message.find("phones-pin-their-server") != std::string::npos;
      });
  ASSERT_NE(it, report.problems.end());
  EXPECT_NE(it->message.find("'staff'"), std::string::npos);
}

TEST(Examples, SchoolIsCheckedAtEachTimeOfItsWeek) {
  const CheckReport report = check_file(std::filesystem::path(VITRINE_EXAMPLES) / "school.yaml");
  ASSERT_TRUE(report.ok);
  EXPECT_EQ(report.states.size(), 3U);  // neither, lessons, night
}

}  // namespace
}  // namespace vitrine::policy
