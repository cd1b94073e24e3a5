// `vitrine trust`: files in, exit code and explanation out, without any daemon.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/cli/app.h"
#include "tests/trust/test_pki.h"

namespace vitrine::cli {
namespace {

using test::CertBuilder;
using test::TestCert;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

class TrustCommandsTest : public ::testing::Test {
 protected:
  TrustCommandsTest() {
    const TestCert root = CertBuilder("/CN=root").ca().self_signed();
    const TestCert leaf = CertBuilder("/CN=a.example")
                              .dns("a.example")
                              .extension(NID_ext_key_usage, "serverAuth")
                              .signed_by(root);
    test::write_text(path("root.pem"), root.pem());
    test::write_text(path("chain.pem"), leaf.pem());
    test::ListOptions options;
    options.revoked.push_back(leaf.certificate.get());
    const std::vector<uint8_t> list = test::make_list(root, options);
    test::write_text(path("root.crl"), std::string(list.begin(), list.end()));
  }

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

  // `vitrine trust check` on the chain at kNow, with the root and `more`.
  int check(const Words& more) {
    Words words = {"trust",       "check",   "--no-system-roots", "--time",
                   "@1800000000", "--roots", path("root.pem")};
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  }
  int call(const Words& words) {
    out_.str("");
    err_.str("");
    Environment environment{.out = out_, .err = err_};
    environment.default_socket = path("no.sock");
    return run(words, environment);
  }

  test::TempDir folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(TrustCommandsTest, TrustedIsZeroAndEveryCheckIsListed) {
  EXPECT_EQ(check({"--host", "a.example", path("chain.pem")}), 0) << out_.str() << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Trusted for a.example"));
  EXPECT_THAT(out_.str(), HasSubstr("RFC 5280 6.1.3 (a)(1)"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(TrustCommandsTest, NotTrustedIsOneAndNamesTheCheck) {
  EXPECT_EQ(check({"--host", "b.example", "--json", path("chain.pem")}), 1);
  EXPECT_THAT(out_.str(), HasSubstr(R"("trusted":false)"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("check":"peer-name")"));
  EXPECT_EQ(check({"--ip", "192.0.2.1", path("chain.pem")}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("the certificate is not for 192.0.2.1"));
  EXPECT_EQ(check({"--host", "a.example", "--crl", path("root.crl"), path("chain.pem")}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("revoked by its issuer's list"));
}

TEST_F(TrustCommandsTest, UnusableInputIsTwo) {
  test::write_text(path("junk"), "junk");
  EXPECT_EQ(check({"--host", "a.example", path("junk")}), 2);
  EXPECT_EQ(check({"--host", "a.example", path("absent")}), 2);
  EXPECT_EQ(check({"--host", "a.example", "--crl", path("junk"), path("chain.pem")}), 2);
  EXPECT_EQ(check({"--time", "yesterday", path("chain.pem")}), 2);
  EXPECT_EQ(check({"--ip", "nowhere", path("chain.pem")}), 2);
  EXPECT_EQ(check({"--profile", "lax", path("chain.pem")}), 2);
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(TrustCommandsTest, ChecksAreListedInEachForm) {
  EXPECT_EQ(call({"trust", "checks"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("name-constraints"));
  EXPECT_EQ(call({"trust", "checks", "--json"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr(R"("check":"name-constraints")"));
  EXPECT_EQ(call({"trust", "checks", "--markdown"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("| `name-constraints` |"));
}

}  // namespace
}  // namespace vitrine::cli
