// Making the CA: what is on disk afterwards, and what is refused.
#include "host/signer/ca.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "host/base/secret.h"
#include "host/signer/authority.h"
#include "tests/trust/test_pki.h"

namespace vitrine::signer {
namespace {

using test::kDay;
using test::kNow;
using test::TempDir;

class CaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(secure_memory_init().is_ok());
    clock_.set_wall_ms(kNow * 1000);
  }

  static mode_t mode_of(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  TempDir dir_;
  ManualClock clock_;
};

TEST_F(CaTest, MakesAPairThatOnlyItsOwnerMayRead) {
  const Result<CaInfo> made = ca_init(dir_.path(), {}, clock_);
  ASSERT_TRUE(made.is_ok()) << made.status().to_string();
  EXPECT_EQ(made->key_type, "ECDSA P-256");
  EXPECT_TRUE(made->subject.starts_with("/O=Vitrine/CN=Vitrine CA of ")) << made->subject;
  EXPECT_EQ(made->fingerprint.size(), 64U);
  EXPECT_EQ(made->validity.not_before, kNow - kDay);
  EXPECT_EQ(made->validity.not_after, kNow + 3650 * kDay);
  EXPECT_EQ(mode_of(ca_key_path(dir_.path())), 0600);
  EXPECT_EQ(mode_of(ca_certificate_path(dir_.path())), 0644);
  EXPECT_EQ(mode_of(dir_.path() + "/ca"), 0755);
  const Result<CaInfo> shown = ca_show(dir_.path());
  ASSERT_TRUE(shown.is_ok());
  EXPECT_EQ(shown->fingerprint, made->fingerprint);
  EXPECT_EQ(shown->pem, test::read_text(ca_certificate_path(dir_.path())));
  // Nothing else is left behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_.path()), {}), 1);
}

TEST_F(CaTest, CertificateMayIssueLeavesAndNoOtherCa) {
  ASSERT_TRUE(ca_init(dir_.path(), {}, clock_).is_ok());
  const Result<UniqueX509> ca = ca_certificate(ca_directory(dir_.path()));
  ASSERT_TRUE(ca.is_ok());
  EXPECT_EQ(X509_check_ca(ca->get()), 1);
  EXPECT_EQ(X509_get_pathlen(ca->get()), 0);
  EXPECT_EQ(X509_get_key_usage(ca->get()), static_cast<uint32_t>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  EXPECT_TRUE(Authority::load(ca_directory(dir_.path())).is_ok());
}

TEST_F(CaTest, SubjectKeyTypeAndLifetimeAreTheOperators) {
  CaOptions options;
  options.key_type = KeyType::kRsa2048;
  options.subject = "/C=CH/O=Example AG/CN=Inspection";
  options.days = 10;
  const Result<CaInfo> made = ca_init(dir_.path(), options, clock_);
  ASSERT_TRUE(made.is_ok()) << made.status().to_string();
  EXPECT_EQ(made->subject, options.subject);
  EXPECT_EQ(made->key_type, "RSA 2048");
  EXPECT_EQ(made->validity.not_after, kNow + 10 * kDay);
}

TEST_F(CaTest, ImpossibleSubjectsAreRefusedAndLeaveNothing) {
  for (const char* subject :
       {"CN=x", "/", "/CN", "/CN=", "/=x", "/NoSuchName=x", "//CN=x", "/C=too long"}) {
    CaOptions options;
    options.subject = subject;
    EXPECT_EQ(ca_init(dir_.path(), options, clock_).status().code(), Code::kInvalidArgument)
        << subject;
  }
  CaOptions options;
  options.days = 0;
  EXPECT_FALSE(ca_init(dir_.path(), options, clock_).is_ok());
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(CaTest, SecondInitIsRefusedAndChangesNothing) {
  ASSERT_TRUE(ca_init(dir_.path(), {}, clock_).is_ok());
  const std::string key = test::read_text(ca_key_path(dir_.path()));
  EXPECT_EQ(ca_init(dir_.path(), {}, clock_).status().code(), Code::kAlreadyExists);
  EXPECT_EQ(test::read_text(ca_key_path(dir_.path())), key);
}

TEST_F(CaTest, AbsenceIsSaidWithWhatToType) {
  const Result<CaInfo> shown = ca_show(dir_.path());
  EXPECT_EQ(shown.status().code(), Code::kNotFound);
  EXPECT_NE(shown.status().message().find("vitrine cert ca init"), std::string::npos);
  EXPECT_EQ(Authority::load(ca_directory(dir_.path())).status().code(), Code::kNotFound);
}

TEST_F(CaTest, KeyThatOthersMayReadIsRefused) {
  ASSERT_TRUE(ca_init(dir_.path(), {}, clock_).is_ok());
  ASSERT_EQ(::chmod(ca_key_path(dir_.path()).c_str(), 0640), 0);
  EXPECT_EQ(Authority::load(ca_directory(dir_.path())).status().code(), Code::kPermission);
}

TEST_F(CaTest, KeyOfAnotherCaIsRefused) {
  const TempDir other;
  ASSERT_TRUE(ca_init(dir_.path(), {}, clock_).is_ok());
  ASSERT_TRUE(ca_init(other.path(), {}, clock_).is_ok());
  std::filesystem::copy_file(ca_key_path(other.path()), ca_key_path(dir_.path()),
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_EQ(::chmod(ca_key_path(dir_.path()).c_str(), 0600), 0);
  EXPECT_EQ(Authority::load(ca_directory(dir_.path())).status().code(), Code::kInvalidArgument);
}

TEST_F(CaTest, DamagedFilesAreRefused) {
  ASSERT_TRUE(ca_init(dir_.path(), {}, clock_).is_ok());
  const std::string key = test::read_text(ca_key_path(dir_.path()));
  test::write_text(ca_key_path(dir_.path()), key.substr(0, key.size() / 2));
  EXPECT_EQ(Authority::load(ca_directory(dir_.path())).status().code(), Code::kMalformed);
  test::write_text(ca_key_path(dir_.path()), "");
  EXPECT_FALSE(Authority::load(ca_directory(dir_.path())).is_ok());
  test::write_text(ca_key_path(dir_.path()), key);
  EXPECT_TRUE(Authority::load(ca_directory(dir_.path())).is_ok());
  test::write_text(ca_certificate_path(dir_.path()), "garbage");
  EXPECT_FALSE(Authority::load(ca_directory(dir_.path())).is_ok());
  EXPECT_FALSE(ca_show(dir_.path()).is_ok());
}

TEST_F(CaTest, LeafInPlaceOfTheCaCertificateIsRefused) {
  ASSERT_TRUE(ca_init(dir_.path(), {}, clock_).is_ok());
  const Result<UniquePkey> key = ca_private_key(ca_directory(dir_.path()));
  ASSERT_TRUE(key.is_ok());
  const test::TestCert leaf =
      test::CertBuilder("/CN=x").key(share(up_ref(key->get()))).self_signed();
  test::write_text(ca_certificate_path(dir_.path()), leaf.pem());
  EXPECT_EQ(Authority::load(ca_directory(dir_.path())).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace vitrine::signer
