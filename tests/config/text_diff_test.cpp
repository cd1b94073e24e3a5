// Diffs are right if applying them gives the new text; shortest where the texts are small.
#include "host/config/text_diff.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace vitrine::config {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Applies a unified diff as patch(1) does; counts the changed lines.
std::string patched(const std::string& before, const std::string& diff, size_t& changes) {
  const auto old_lines = lines_of(before);
  std::string out;
  size_t at = 0;
  changes = 0;
  for (const std::string& line : lines_of(diff)) {
    if (line.starts_with("---") || line.starts_with("+++")) {
      continue;
    }
    if (line.starts_with("@@ -")) {
      const size_t first = std::stoul(line.substr(4));
      const size_t count = std::stoul(line.substr(line.find(',') + 1));
      for (const size_t start = count == 0 ? first : first - 1; at < start; ++at) {
        out += old_lines[at] + "\n";
      }
      continue;
    }
    const std::string text = line.substr(1);
    changes += line[0] == ' ' ? 0 : 1;
    if (line[0] != '+') {
      EXPECT_EQ(old_lines.at(at), text);
      ++at;
    }
    if (line[0] != '-') {
      out += text + "\n";
    }
  }
  for (; at < old_lines.size(); ++at) {
    out += old_lines[at] + "\n";
  }
  return out;
}

// Lines that are in no longest common subsequence, by dynamic programming.
size_t fewest_changes(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<size_t>> same(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      same[i][j] =
          a[i - 1] == b[j - 1] ? same[i - 1][j - 1] + 1 : std::max(same[i - 1][j], same[i][j - 1]);
    }
  }
  return a.size() + b.size() - 2 * same[a.size()][b.size()];
}

TEST(TextDiff, EqualTextsGiveNothing) { EXPECT_EQ(text_diff("a\n", "a\n", "1", "2"), ""); }

TEST(TextDiff, ShowsChangedLinesWithTheirContext) {
  EXPECT_EQ(text_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "3", "4"),
            "--- 3\n+++ 4\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(text_diff("", "a\n", "1", "2"), "--- 1\n+++ 2\n@@ -0,0 +1,1 @@\n+a\n");
}

TEST(TextDiff, RandomTextsArePatchedAndNoLineIsChangedInVain) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string texts[2];
    for (std::string& text : texts) {
      const size_t length = random() % 14;
      for (size_t i = 0; i < length; ++i) {
        text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
      }
    }
    size_t changes = 0;
    EXPECT_EQ(patched(texts[0], text_diff(texts[0], texts[1], "1", "2"), changes), texts[1]);
    EXPECT_EQ(changes, fewest_changes(lines_of(texts[0]), lines_of(texts[1]))) << texts[0] << "to\n"
                                                                               << texts[1];
  }
}

TEST(TextDiff, HugeDifferenceIsBoundedAndStillRight) {
  std::string before = "head\n";
  std::string after = "head\n";
  for (int i = 0; i < 20'000; ++i) {
    before += "old " + std::to_string(i) + "\n";
    after += "new " + std::to_string(i) + "\n";
  }
  size_t changes = 0;
  EXPECT_EQ(patched(before, text_diff(before, after, "1", "2"), changes), after);
  EXPECT_EQ(changes, 40'000U);
}

}  // namespace
}  // namespace vitrine::config
