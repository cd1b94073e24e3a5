#include "host/cli/table.h"

#include <gtest/gtest.h>

namespace vitrine::cli {
namespace {

using Align = Column::Align;

Table sample() {
  Table table({{"NAME", Align::kLeft, 4}, {"COUNT", Align::kRight}, {"NOTE"}});
  table.add({"a long name", "7", {"good", Colour::kGood}});
  table.add({"b\xc3\xbc", "1234567", ""});
  return table;
}

TEST(Table, ColumnsFitTheirContents) {
  EXPECT_EQ(sample().render({}),
            "NAME           COUNT  NOTE\n"
            "a long name        7  good\n"
            "b\xc3\xbc           1234567\n");
}

TEST(Table, ShrinksWhatMayShrinkToTheWidth) {
  EXPECT_EQ(sample().render({.width = 22}),
            "NAME       COUNT  NOTE\n"
            "a long…        7  good\n"
            "b\xc3\xbc       1234567\n");
  const std::string narrow = sample().render({.width = 5});  // no less than the minimum
  EXPECT_EQ(narrow.substr(0, narrow.find('\n')), "NAME    COUNT  NOTE");
}

TEST(Table, ColoursDoNotMoveColumns) {
  EXPECT_EQ(sample().render({.colours = true}),
            "\x1b[1mNAME\x1b[0m           \x1b[1mCOUNT\x1b[0m  \x1b[1mNOTE\x1b[0m\n"
            "a long name        7  \x1b[32mgood\x1b[0m\n"
            "b\xc3\xbc           1234567\n");
}

TEST(Wrap, BreaksAtSpacesAndLongWordsAnywhere) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefghij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrap("one two", 0), (std::vector<std::string>{"one two"}));
  EXPECT_EQ(wrap("", 5), (std::vector<std::string>{""}));
  EXPECT_EQ(wrap("\xc3\xbc\xc3\xbc\xc3\xbc", 2),
            (std::vector<std::string>{"\xc3\xbc\xc3\xbc", "\xc3\xbc"}));
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(shorten("\xc3\xbc\xc3\xbc\xc3\xbc", 2), "\xc3\xbc…");
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abc", 0), "");
}

}  // namespace
}  // namespace vitrine::cli
