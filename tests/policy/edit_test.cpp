#include "policy/lang/edit.h"

#include <gtest/gtest.h>

namespace vitrine::policy {
namespace {

constexpr const char* kPolicy = R"(# The office.
version: 1
networks:
  lab: 10.9.0.0/16   # behind the stairs

decryption:
  # Nobody's business.
  - name: bank
    sni: .bank.example   # and its like
    action: do-not-decrypt

  - name: decrypt-all
    action: decrypt

access: []
)";

TEST(InsertRule, AboveAnotherKeepsAllElse) {
  const auto edited = insert_rule(kPolicy, "decryption", Place::kAbove, "decrypt-all",
                                  "name: lab\nsource: lab\naction: do-not-decrypt\n");
  ASSERT_TRUE(edited.is_ok()) << edited.status().message();
  std::string expected = kPolicy;
  expected.insert(expected.find("  - name: decrypt-all"),
                  "  - name: lab\n    source: lab\n    action: do-not-decrypt\n");
  EXPECT_EQ(*edited, expected);
}

TEST(InsertRule, BelowFirstAndLastGoWhereTheySay) {
  const auto names = [](const Result<std::string>& text) {
    std::string out;
    for (size_t at = text->find("- name: "); at != std::string::npos;
         at = text->find("- name: ", at + 1)) {
      out += text->substr(at + 8, text->find('\n', at) - at - 8) + " ";
    }
    return out;
  };
  const char* rule = "name: x\naction: block\n";
  EXPECT_EQ(names(insert_rule(kPolicy, "decryption", Place::kBelow, "bank", rule)),
            "bank x decrypt-all ");
  EXPECT_EQ(names(insert_rule(kPolicy, "decryption", Place::kFirst, "", rule)),
            "x bank decrypt-all ");
  EXPECT_EQ(names(insert_rule(kPolicy, "decryption", Place::kLast, "", rule)),
            "bank decrypt-all x ");
}

TEST(InsertRule, RefusesWhatItCannotDoExactly) {
  const char* rule = "name: x\naction: block\n";
  EXPECT_EQ(insert_rule(kPolicy, "decryption", Place::kAbove, "nobody", rule).status().code(),
            Code::kNotFound);
  EXPECT_EQ(insert_rule(kPolicy, "identity", Place::kLast, "", rule).status().code(),
            Code::kNotFound);
  EXPECT_EQ(insert_rule(kPolicy, "decryption", Place::kLast, "", "action: block\n").status().code(),
            Code::kInvalidArgument);
  const char* flow = "version: 1\ndecryption: [{name: a, action: decrypt}]\n";
  EXPECT_EQ(insert_rule(flow, "decryption", Place::kLast, "", rule).status().code(),
            Code::kUnsupported);
  EXPECT_FALSE(insert_rule(kPolicy, "access", Place::kLast, "", rule).is_ok());  // "[]" is no block
}

TEST(RemoveRule, UndoesInsertion) {
  const auto added = insert_rule(kPolicy, "decryption", Place::kAbove, "decrypt-all",
                                 "name: lab\naction: do-not-decrypt\n");
  ASSERT_TRUE(added.is_ok());
  const auto removed = remove_rule(*added, "decryption", "lab");
  ASSERT_TRUE(removed.is_ok());
  EXPECT_EQ(*removed, kPolicy);
  EXPECT_EQ(remove_rule(kPolicy, "decryption", "lab").status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace vitrine::policy
