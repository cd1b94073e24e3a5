#include "host/events/text.h"

#include <gtest/gtest.h>

namespace vitrine::events {
namespace {

struct Row {
  const char* what;
  std::string text;
  std::string expected;
};

TEST(PrintableText, OnlyWholeUtf8WithoutControlsPasses) {
  const Row rows[] = {
      {"plain", "www.example.org", "www.example.org"},
      {"two bytes",
       "b\xc3\xbc"
       "cher",
       "b\xc3\xbc"
       "cher"},
      {"three bytes", "\xe2\x82\xac", "\xe2\x82\xac"},
      {"four bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
      {"line feed", "a\nb",
       "a\\x0a"
       "b"},
      {"null", std::string("a\0b", 3),
       "a\\x00"
       "b"},
      {"escape sequence", "\x1b[31m", "\\x1b[31m"},
      {"delete", "\x7f", "\\x7f"},
      {"C1 control",
       "\xc2\x9b"
       "31m",
       "\\xc2\\x9b"
       "31m"},
      {"stray continuation", "\x80", "\\x80"},
      {"truncated", "\xe2\x82", "\\xe2\\x82"},
      {"overlong two", "\xc0\xaf", "\\xc0\\xaf"},
      {"overlong three", "\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
      {"overlong four", "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},
      {"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"above U+10FFFF", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"lead byte that is none", "\xff", "\\xff"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(printable(row.text), row.expected) << row.what;
  }
}

TEST(PrintableText, LongTextIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "\xe2\x82\xac";
  }
  for (size_t limit = 8; limit < 40; ++limit) {
    const std::string cut = printable(text, limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_TRUE(cut.ends_with("..."));
    EXPECT_EQ((cut.size() - 3) % 3, 0U) << "a character was split at " << limit;
  }
}

TEST(PrintableText, TextThatFitsExactlyIsWhole) {
  EXPECT_EQ(printable("12345678", 8), "12345678");
  EXPECT_EQ(printable("123456789", 8), "12345...");
}

}  // namespace
}  // namespace vitrine::events
