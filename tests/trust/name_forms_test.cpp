// Names against name-constraint subtrees, form by form.
#include "host/trust/name_forms.h"

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

constexpr Subtree kYes = Subtree::kMatch;
constexpr Subtree kNo = Subtree::kNoMatch;

TEST(NameForms, DnsNames) {
  const struct {
    const char* name;
    const char* constraint;
    bool excluded;
    Subtree expected;
  } rows[] = {
      {"a.example", "a.example", false, kYes},
      {"www.A.Example", "a.eXample", false, kYes},
      {"wwwa.example", "a.example", false, kNo},
      {"example", "a.example", false, kNo},
      {"a.example", "", false, kYes},
      {"www.a.example", ".a.example", false, kYes},
      {"a.example", ".a.example", false, kNo},
      {"*.a.example", "a.example", false, kYes},
      {"*.a.example", "www.a.example", false, kNo},
      {"*.a.example", "www.a.example", true, kYes},
      {"*.a.example", "x.www.a.example", true, kNo},
      {"*.a.example", "b.example", true, kNo},
      {".a.example", "a.example", false, Subtree::kBadName},
      {"a..example", "a.example", true, Subtree::kBadName},
      {"a.example", "*.example", false, Subtree::kBadConstraint},
      {"a.example", "..example", false, Subtree::kBadConstraint},
      {"a.example", ".", false, Subtree::kBadConstraint},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(match_dns(row.name, row.constraint, row.excluded), row.expected)
        << row.name << " in " << row.constraint;
  }
}

TEST(NameForms, Addresses) {
  const std::vector<uint8_t> net = {192, 0, 2, 0, 255, 255, 255, 0};
  EXPECT_EQ(match_ip(std::vector<uint8_t>{192, 0, 2, 9}, net), kYes);
  EXPECT_EQ(match_ip(std::vector<uint8_t>{192, 0, 3, 9}, net), kNo);
  EXPECT_EQ(match_ip(std::vector<uint8_t>(16), net), kNo);
  EXPECT_EQ(match_ip(std::vector<uint8_t>(5), net), Subtree::kBadName);
  EXPECT_EQ(match_ip(std::vector<uint8_t>(4), std::vector<uint8_t>{127, 0, 0, 1}),
            Subtree::kBadConstraint);
  for (const uint8_t hole : std::vector<uint8_t>{0x7f, 0xfd, 0x01}) {
    EXPECT_EQ(
        match_ip(std::vector<uint8_t>(4), std::vector<uint8_t>{192, 0, 2, 0, 255, 255, 255, hole}),
        Subtree::kBadConstraint);
  }
  EXPECT_EQ(match_ip(std::vector<uint8_t>(4), std::vector<uint8_t>{0, 0, 0, 0, 255, 0, 255, 0}),
            Subtree::kBadConstraint);
  EXPECT_EQ(match_ip(std::vector<uint8_t>{10, 1, 2, 3}, std::vector<uint8_t>(8)), kYes);
}

TEST(NameForms, MailboxesAndUris) {
  EXPECT_EQ(match_email("a@b.example", "b.example"), kYes);
  EXPECT_EQ(match_email("a@c.b.example", "b.example"), kNo);
  EXPECT_EQ(match_email("a@c.b.example", ".b.example"), kYes);
  EXPECT_EQ(match_email("a@b.example", ".b.example"), kNo);
  EXPECT_EQ(match_email("a@B.example", "a@b.example"), kYes);
  EXPECT_EQ(match_email("A@b.example", "a@b.example"), kNo);
  EXPECT_EQ(match_email("a@b@c.example", "c.example"), Subtree::kBadName);
  EXPECT_EQ(match_email("a@c.example", "a@b@c.example"), Subtree::kBadConstraint);
  EXPECT_EQ(match_uri("https://b.example:8443/x?y", "b.example"), kYes);
  EXPECT_EQ(match_uri("https://u@c.b.example", ".b.example"), kYes);
  EXPECT_EQ(match_uri("https://b.example", ".b.example"), kNo);
  EXPECT_EQ(match_uri("https://192.0.2.1/", "b.example"), Subtree::kBadName);
  EXPECT_EQ(match_uri("mailto:a@b.example", "b.example"), Subtree::kBadName);
}

TEST(NameForms, DirectoriesMatchByTheirFirstParts) {
  const auto match = [](const char* name, const char* constraint) {
    return match_directory(test::name_from(name).get(), test::name_from(constraint).get());
  };
  EXPECT_EQ(match("/O=Good/CN=a", "/O=Good"), kYes);
  EXPECT_EQ(match("/O=good  /CN=a", "/O=GOOD"), kYes);
  EXPECT_EQ(match("/O=Good", "/O=Good/CN=a"), kNo);
  EXPECT_EQ(match("/CN=a/O=Good", "/O=Good"), kNo);
  EXPECT_EQ(match("/O=Goods", "/O=Good"), kNo);
  EXPECT_EQ(match("/O=x", ""), kYes);
}

}  // namespace
}  // namespace vitrine::trust
