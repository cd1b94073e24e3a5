// Names: what a certificate is good for.
#include "host/trust/peer_name.h"

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::TestCert;

bool good_for(const TestCert& cert, const std::string& name) {
  return matches(cert.certificate.get(), PeerName::parse(name));
}

TEST(PeerName, CommonNameCountsOnlyWithoutSubjectAltName) {
  EXPECT_TRUE(good_for(CertBuilder("/CN=a.example").self_signed(), "a.example"));
  EXPECT_FALSE(good_for(CertBuilder("/CN=a.example").dns("b.example").self_signed(), "a.example"));
  // OpenSSL alone would fall back to the common name here.
  EXPECT_FALSE(good_for(CertBuilder("/CN=a.example").ip("192.0.2.1").self_signed(), "a.example"));
  EXPECT_FALSE(good_for(CertBuilder("/CN=a.example").alternative("email:x@y.example").self_signed(),
                        "a.example"));
}

TEST(PeerName, CommonNameNeverMatchesAnAddress) {
  EXPECT_FALSE(good_for(CertBuilder("/CN=192.0.2.1").self_signed(), "192.0.2.1"));
  EXPECT_FALSE(good_for(CertBuilder("/CN=x").dns("192.0.2.1").self_signed(), "192.0.2.1"));
}

TEST(PeerName, WildcardStandsForExactlyOneWholeLabel) {
  const TestCert cert = CertBuilder("/CN=x").dns("*.a.example").self_signed();
  EXPECT_TRUE(good_for(cert, "w.a.example"));
  EXPECT_TRUE(good_for(cert, "W.A.EXAMPLE"));
  EXPECT_FALSE(good_for(cert, "a.example"));
  EXPECT_FALSE(good_for(cert, "v.w.a.example"));
  EXPECT_FALSE(good_for(cert, ".a.example"));
  EXPECT_FALSE(good_for(cert, "*.a.example"));
}

TEST(PeerName, PartialAndTopLevelWildcardsAreRefused) {
  EXPECT_FALSE(good_for(CertBuilder("/CN=x").dns("w*.a.example").self_signed(), "ww.a.example"));
  EXPECT_FALSE(good_for(CertBuilder("/CN=x").dns("*.example").self_signed(), "a.example"));
  EXPECT_FALSE(good_for(CertBuilder("/CN=x").dns("*").self_signed(), "a"));
  EXPECT_FALSE(good_for(CertBuilder("/CN=x").dns("w.*.example").self_signed(), "w.a.example"));
}

TEST(PeerName, NamesOfKeepsWhatCouldMatchAndDropsTheRest) {
  const TestCert cert = CertBuilder("/CN=CN.example")
                            .dns("A.example")
                            .dns("*.b.example")
                            .dns("bad name.example")
                            .dns("w*.c.example")
                            .ip("192.0.2.1")
                            .ip("2001:db8::1")
                            .alternative("URI:https://u.example/")
                            .self_signed();
  const CertificateNames names = names_of(cert.certificate.get());
  EXPECT_EQ(names.dns, (std::vector<std::string>{"a.example", "*.b.example"}));
  ASSERT_EQ(names.addresses.size(), 2U);
  EXPECT_EQ(names.addresses[0].to_string(), "192.0.2.1");
  EXPECT_EQ(names.addresses[1].to_string(), "2001:db8::1");
  EXPECT_EQ(names.common_name, "cn.example");
  EXPECT_TRUE(names.has_san);
  EXPECT_FALSE(names.nameless());
}

TEST(PeerName, NamesOfIsBounded) {
  CertBuilder big("/CN=x");
  for (size_t i = 0; i < kMaxNames + 1; ++i) {
    big.dns("h" + std::to_string(i) + ".example");
  }
  const CertificateNames names = names_of(big.self_signed().certificate.get());
  EXPECT_EQ(names.dns.size(), kMaxNames);
  EXPECT_TRUE(names.truncated);
}

TEST(PeerName, NamelessMeansNeitherAlternativeNorCommonName) {
  EXPECT_TRUE(
      names_of(CertBuilder("/unstructuredName=asa").self_signed().certificate.get()).nameless());
  EXPECT_FALSE(names_of(CertBuilder("/CN=asa").self_signed().certificate.get()).nameless());
  EXPECT_FALSE(
      names_of(CertBuilder("/O=a").dns("a.example").self_signed().certificate.get()).nameless());
}

TEST(PeerName, DnsNameSyntax) {
  for (const char* good : {"a", "a.example", "_srv.a.example", "xn--bcher-kva.example", "1.2"}) {
    EXPECT_TRUE(is_dns_name(good, false)) << good;
  }
  for (const std::string& bad :
       {std::string(""), std::string("a..b"), std::string(".a"), std::string("a."),
        std::string("-a.example"), std::string("a b"), std::string("a\0b", 3),
        std::string("*.a.example"), std::string(64, 'a'), std::string(127, 'a') + ".",
        std::string("\xc3\xbc.example")}) {
    EXPECT_FALSE(is_dns_name(bad, false)) << bad;
  }
  EXPECT_TRUE(is_dns_name("*.a.example", true));
  EXPECT_FALSE(is_dns_name("*.example", true));
  EXPECT_FALSE(is_dns_name("*.*.a.example", true));
  EXPECT_FALSE(is_dns_name("a.*.example", true));
}

}  // namespace
}  // namespace vitrine::trust
