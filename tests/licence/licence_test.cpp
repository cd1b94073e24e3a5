// Licences: what reads back, what was tampered with, and what is installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/licence/licence_store.h"
#include "host/licence/signer_key.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::licence {
namespace {

using ::testing::HasSubstr;

constexpr time_t kDay = 86'400;

UniquePkey make_key() { return UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

class LicenceTest : public testing::Test {
 protected:
  Licence sample() const {
    return {"5f0c2a91", "Example Ltd",    "evaluation", {std::string(kStrongCryptography)},
            from_,      from_ + 89 * kDay};
  }
  std::string text() const { return write_licence(sample(), key_.get()).value(); }
  LicenceStore store() { return {folder_.path().string(), up_ref(key_.get())}; }

  TemporaryFolder folder_;
  UniquePkey key_ = make_key();
  time_t from_ = parse_day("2026-11-24").value();
};

TEST_F(LicenceTest, ReadsBackWhatWasSigned) {
  const auto read = read_licence(text(), key_.get());
  ASSERT_TRUE(read) << read.status().to_string();
  EXPECT_EQ(read->id, "5f0c2a91");
  EXPECT_EQ(read->holder, "Example Ltd");
  EXPECT_EQ(read->edition, "evaluation");
  EXPECT_TRUE(read->has(kStrongCryptography));
  EXPECT_FALSE(read->has("strong"));
  EXPECT_EQ(read->not_before, from_);
  EXPECT_EQ(read->not_after, from_ + 90 * kDay - 1) << "the last day is good to its end";
}

// Any other byte, a missing one or one more, anywhere.
TEST_F(LicenceTest, EveryChangeIsRefused) {
  const std::string good = text();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(read_licence(changed, key_.get())) << "byte " << i;
    EXPECT_FALSE(read_licence(good.substr(0, i), key_.get())) << "cut at " << i;
    EXPECT_FALSE(read_licence(std::string(good).insert(i, 1, '\n'), key_.get())) << i;
  }
  EXPECT_FALSE(read_licence(good + "\n", key_.get()));
  EXPECT_FALSE(read_licence(std::string(5000, 'a'), key_.get()));
}

TEST_F(LicenceTest, AnotherKeysLicenceIsRefused) {
  const UniquePkey other = make_key();
  EXPECT_EQ(read_licence(text(), other.get()).status().code(), Code::kPermission);
}

TEST_F(LicenceTest, FieldsCannotSmuggleLines) {
  Licence licence = sample();
  licence.holder = "Example\nfeatures: strong-cryptography";
  EXPECT_FALSE(write_licence(licence, key_.get()));
  licence.holder = "";
  EXPECT_FALSE(write_licence(licence, key_.get()));
}

TEST_F(LicenceTest, DaysAreWholeAndStrict) {
  EXPECT_EQ(format_day(parse_day("2028-02-29").value()), "2028-02-29");
  for (const char* wrong : {"2026-02-30", "2026-1-1", "2026-11-24 ", "", "24.11.2026"}) {
    EXPECT_FALSE(parse_day(wrong)) << wrong;
  }
}

TEST_F(LicenceTest, StrongCryptographyNeedsAGoodLicenceOfToday) {
  const LicenceStore store = this->store();
  EXPECT_FALSE(licence_state(store, from_).strong_cryptography);
  EXPECT_EQ(licence_state(store, from_).text, "no licence is installed");
  ASSERT_TRUE(store.install(text(), from_));
  EXPECT_TRUE(licence_state(store, from_).strong_cryptography);
  EXPECT_EQ(licence_state(store, from_).text,
            "evaluation licence for Example Ltd, until 2027-02-21");
  EXPECT_TRUE(licence_state(store, from_ + 90 * kDay - 1).strong_cryptography);
  EXPECT_FALSE(licence_state(store, from_ + 90 * kDay).strong_cryptography) << "expired";
  EXPECT_FALSE(licence_state(store, from_ - 1).strong_cryptography) << "not yet";
  ASSERT_TRUE(store.remove());
  EXPECT_FALSE(licence_state(store, from_).strong_cryptography);
  EXPECT_EQ(store.remove().code(), Code::kNotFound);
}

TEST_F(LicenceTest, ALicenceForSomethingElseAllowsNoStrongCryptography) {
  Licence licence = sample();
  licence.features = {"mirror"};
  const LicenceStore store = this->store();
  ASSERT_TRUE(store.install(write_licence(licence, key_.get()).value(), from_));
  EXPECT_FALSE(licence_state(store, from_).strong_cryptography);
  EXPECT_THAT(licence_state(store, from_).text, HasSubstr("without strong cryptography"));
}

TEST_F(LicenceTest, ARefusedLicenceLeavesTheInstalledOne) {
  const LicenceStore store = this->store();
  ASSERT_TRUE(store.install(text(), from_));
  EXPECT_FALSE(store.install("garbage", from_));
  EXPECT_FALSE(store.install(text(), from_ + 1000 * kDay)) << "expired";
  EXPECT_TRUE(licence_state(store, from_).strong_cryptography);
}

TEST_F(LicenceTest, ADamagedFileIsNoLicence) {
  const LicenceStore store = this->store();
  write_contents(folder_.file("licence"), text().substr(1));
  EXPECT_FALSE(licence_state(store, from_).strong_cryptography);
  EXPECT_THAT(licence_state(store, from_).text, HasSubstr("not a licence"));
}

TEST(SignerKey, IsAnEd25519KeyOfThisBuild) {
  const auto key = signer_key();
  ASSERT_TRUE(key) << key.status().to_string();
  EXPECT_EQ(EVP_PKEY_get_base_id(key->get()), EVP_PKEY_ED25519);
}

}  // namespace
}  // namespace vitrine::licence
