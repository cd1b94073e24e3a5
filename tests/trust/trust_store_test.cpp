// The store: import, pins, files, epochs.
#include "host/trust/trust_store.h"

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "host/trust/verify.h"
#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TempDir;
using test::TestCert;

std::unique_ptr<TrustStore> open_store(const TempDir& dir) {
  Result<std::unique_ptr<TrustStore>> store = TrustStore::open({dir.path(), std::nullopt});
  EXPECT_TRUE(store.is_ok()) << store.status().to_string();
  return store ? std::move(store).value() : nullptr;
}

Verdict check(const TrustStore& store, const TestCert& leaf, const std::string& name,
              time_t now = kNow) {
  return verify(*store.snapshot(), leaf.certificate.get(), nullptr, PeerName::parse(name), now);
}

// product.md's walk: untrusted, import, trusted, remove, untrusted.
TEST(TrustStore, SelfSignedServerIsTrustedOnceImportedAndNotAfterRemoval) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert server = CertBuilder("/unstructuredName=ciscoasa").self_signed();
  EXPECT_EQ(check(*store, server, "192.0.2.7").code, 18);
  const uint64_t before = store->epoch();

  const auto rows = store->import(as_bytes(server.pem()));
  ASSERT_TRUE(rows.is_ok()) << rows.status().to_string();
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_FALSE(rows->front().anchor);
  EXPECT_GT(store->epoch(), before);
  const Verdict trusted = check(*store, server, "192.0.2.7");
  EXPECT_TRUE(trusted.trusted) << trusted.text;
  EXPECT_TRUE(trusted.pinned);
  EXPECT_TRUE(check(*store, server, "fw.example").trusted);

  const uint64_t imported = store->epoch();
  ASSERT_TRUE(store->remove(rows->front().id.substr(0, 8)).is_ok());
  EXPECT_GT(store->epoch(), imported);
  EXPECT_FALSE(check(*store, server, "192.0.2.7").trusted);
  EXPECT_TRUE(store->list().empty());
}

TEST(TrustStore, PinnedServerMadeAsCaIsTrustedForItself) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert server = CertBuilder("/unstructuredName=ciscoasa")
                              .extension(NID_basic_constraints, "critical,CA:TRUE")
                              .self_signed();
  ASSERT_TRUE(store->import(as_bytes(server.pem())).is_ok());
  EXPECT_TRUE(check(*store, server, "192.0.2.7").trusted);
}

// A partner's CA, imported because it may vouch for its own names only, is no server for all
// others.
TEST(TrustStore, ImportedConstrainedCaIsNoServerForEveryName) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert partner =
      CertBuilder("/O=Partner")
          .ca()
          .extension(NID_name_constraints, "critical,permitted;DNS:partner.example")
          .self_signed();
  ASSERT_TRUE(store->import(as_bytes(partner.pem())).is_ok());
  EXPECT_FALSE(check(*store, partner, "www.bank.example").trusted);
}

TEST(TrustStore, PinKeepsDatesAndItsOwnNames) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert server = CertBuilder("/CN=a.example").self_signed();
  ASSERT_TRUE(store->import(as_bytes(server.pem())).is_ok());
  EXPECT_TRUE(check(*store, server, "a.example").trusted);
  EXPECT_EQ(check(*store, server, "b.example").code, X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(check(*store, server, "a.example", kNow + 60 * kDay).code, X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(TrustStore, PinGivenNamesIsGoodForTheseOnlyAndAfterReopening) {
  const TempDir dir;
  const TestCert server = CertBuilder("/CN=device").self_signed();
  ImportOptions options;
  options.names = {PeerName::parse("192.0.2.7"), PeerName::parse("dev.example")};
  ASSERT_TRUE(open_store(dir)->import(as_bytes(server.pem()), options).is_ok());
  const std::unique_ptr<TrustStore> again = open_store(dir);
  EXPECT_TRUE(check(*again, server, "192.0.2.7").trusted);
  EXPECT_TRUE(check(*again, server, "dev.example").trusted);
  EXPECT_FALSE(check(*again, server, "192.0.2.8").trusted);
  ASSERT_EQ(again->list().size(), 1U);
  EXPECT_EQ(again->list()[0].names, options.names);
}

TEST(TrustStore, PinnedLeafNeverActsAsIssuer) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert pinned = CertBuilder("/CN=a.example").self_signed();
  const TestCert pinned_ca = CertBuilder("/CN=b.example").ca().self_signed();
  ASSERT_TRUE(store->import(as_bytes(pinned.pem())).is_ok());
  ImportOptions pin_only;
  pin_only.as = ImportAs::kPin;
  ASSERT_TRUE(store->import(as_bytes(pinned_ca.pem()), pin_only).is_ok());
  EXPECT_FALSE(
      check(*store, CertBuilder("/CN=x").dns("x.example").signed_by(pinned), "x.example").trusted);
  const TestCert under_ca = CertBuilder("/CN=x").dns("x.example").signed_by(pinned_ca);
  EXPECT_FALSE(check(*store, under_ca, "x.example").trusted);
  // And still not after the store is read again.
  EXPECT_FALSE(check(*open_store(dir), under_ca, "x.example").trusted);
}

TEST(TrustStore, PinnedLeafIssuedByAnUnknownCaIsTrusted) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert ca = CertBuilder("/CN=private").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x").dns("x.example").signed_by(ca);
  ASSERT_TRUE(store->import(leaf.der()).is_ok());
  const UniqueX509Stack sent = test::stack_of({leaf, ca});
  const Verdict verdict = verify(*store->snapshot(), leaf.certificate.get(), sent.get(),
                                 PeerName::host("x.example"), kNow);
  EXPECT_TRUE(verdict.trusted) << verdict.text;
}

TEST(TrustStore, ImportedCaIsAnAnchorAcrossRestarts) {
  const TempDir dir;
  const TestCert root = CertBuilder("/CN=root").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x").dns("x.example").signed_by(root);
  const auto rows = open_store(dir)->import(as_bytes(root.pem()));
  ASSERT_TRUE(rows.is_ok());
  EXPECT_TRUE(rows->front().anchor);
  EXPECT_TRUE(check(*open_store(dir), leaf, "x.example").trusted);
}

TEST(TrustStore, DerPkcs7AndBundlesAreRead) {
  const TestCert a = CertBuilder("/CN=a").ca().self_signed();
  const TestCert b = CertBuilder("/CN=b").ca().self_signed();
  const std::unique_ptr<PKCS7, OpensslFree<PKCS7_free>> bundle(PKCS7_new());
  ASSERT_EQ(PKCS7_set_type(bundle.get(), NID_pkcs7_signed), 1);
  ASSERT_EQ(PKCS7_content_new(bundle.get(), NID_pkcs7_data), 1);
  ASSERT_EQ(PKCS7_add_certificate(bundle.get(), a.certificate.get()), 1);
  ASSERT_EQ(PKCS7_add_certificate(bundle.get(), b.certificate.get()), 1);
  unsigned char* der = nullptr;
  const int size = i2d_PKCS7(bundle.get(), &der);
  const UniqueOpensslBytes owner(der);
  ASSERT_GT(size, 0);
  const UniqueBio pem(BIO_new(BIO_s_mem()));
  ASSERT_EQ(PEM_write_bio_PKCS7(pem.get(), bundle.get()), 1);
  char* text = nullptr;
  const long text_size = BIO_get_mem_data(pem.get(), &text);

  const std::string two = "Bag of roots\n" + a.pem() + "and\n" + b.pem();
  for (const Bytes input : {Bytes(der, static_cast<size_t>(size)), as_bytes(two),
                            as_bytes({text, static_cast<size_t>(text_size)})}) {
    const std::unique_ptr<TrustStore> store = TrustStore::open({"", std::nullopt}).value();
    const auto rows = store->import(input);
    ASSERT_TRUE(rows.is_ok()) << rows.status().to_string();
    EXPECT_EQ(rows->size(), 2U);
  }
  const std::unique_ptr<TrustStore> store = TrustStore::open({"", std::nullopt}).value();
  EXPECT_TRUE(store->import(a.der()).is_ok());
}

TEST(TrustStore, GarbageIsRefusedAndChangesNothing) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const uint64_t epoch = store->epoch();
  const TestCert good = CertBuilder("/CN=a").ca().self_signed();
  std::vector<uint8_t> longer = good.der();
  longer.push_back(0);
  std::vector<uint8_t> shorter = good.der();
  shorter.pop_back();
  const std::string pem = good.pem();
  const std::string half_bundle = pem + pem.substr(0, pem.size() / 2);
  std::string bad_base64 = pem;
  bad_base64[60] = '!';
  for (const Bytes input :
       {Bytes(), Bytes(longer), Bytes(shorter), as_bytes("hello"),
        as_bytes("-----BEGIN CERTIFICATE-----\n"), as_bytes(half_bundle), as_bytes(bad_base64),
        as_bytes("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
    EXPECT_FALSE(store->import(input).is_ok()) << as_text(input);
  }
  const std::vector<uint8_t> huge(kMaxImportBytes + 1, 'x');
  EXPECT_FALSE(store->import(huge).is_ok());
  // Every prefix and every single-byte change of a real certificate gives an answer, not a crash.
  const std::vector<uint8_t> der = good.der();
  for (size_t i = 0; i < der.size(); ++i) {
    std::vector<uint8_t> changed = der;
    changed[i] ^= 0x81;
    static_cast<void>(parse_certificates(changed));
    EXPECT_FALSE(parse_certificates(Bytes(der).first(i)).is_ok());
  }
  EXPECT_EQ(store->epoch(), epoch);
  EXPECT_TRUE(store->list().empty());
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/trust"));
}

TEST(TrustStore, ImportingTwiceIsSaidAndChangesNothing) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert a = CertBuilder("/CN=a").ca().self_signed();
  ASSERT_TRUE(store->import(as_bytes(a.pem())).is_ok());
  const uint64_t epoch = store->epoch();
  EXPECT_EQ(store->import(a.der()).status().code(), Code::kAlreadyExists);
  EXPECT_EQ(store->epoch(), epoch);
}

TEST(TrustStore, TransientImportIsNeverWrittenAndSurvivesReload) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert root = CertBuilder("/CN=root").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x").dns("x.example").signed_by(root);
  ImportOptions options;
  options.transient = true;
  ASSERT_TRUE(store->import(as_bytes(root.pem()), options).is_ok());
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/trust"));
  ASSERT_TRUE(store->reload().is_ok());
  EXPECT_TRUE(check(*store, leaf, "x.example").trusted);
  EXPECT_FALSE(check(*open_store(dir), leaf, "x.example").trusted);
  // Importing it for good is not "already imported".
  ASSERT_TRUE(store->import(as_bytes(root.pem())).is_ok());
  EXPECT_TRUE(check(*open_store(dir), leaf, "x.example").trusted);
  EXPECT_TRUE(store->remove(store->list()[0].id).is_ok());
  EXPECT_FALSE(check(*store, leaf, "x.example").trusted);
}

TEST(TrustStore, RemoveWantsAnUnambiguousKnownId) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  EXPECT_EQ(store->remove("1234").code(), Code::kInvalidArgument);
  EXPECT_EQ(store->remove("0123456789abcdef").code(), Code::kNotFound);
  EXPECT_EQ(store->remove("../../../etc/passwd").code(), Code::kNotFound);
}

TEST(TrustStore, BundlePutThereByHandIsReadAndNotRemovedByHalves) {
  const TempDir dir;
  const TestCert a = CertBuilder("/CN=a").ca().self_signed();
  const TestCert b = CertBuilder("/CN=b").ca().self_signed();
  std::filesystem::create_directories(dir.path() + "/trust");
  test::write_text(dir.path() + "/trust/ours.pem", a.pem() + b.pem());
  test::write_text(dir.path() + "/trust/half.pem.new-3bQx0a", "left over by a crash");
  const std::unique_ptr<TrustStore> store = open_store(dir);
  ASSERT_EQ(store->list().size(), 2U);
  EXPECT_EQ(store->remove(store->list()[0].id).code(), Code::kUnsupported);
  test::write_text(dir.path() + "/trust/ours.pem", a.pem());
  ASSERT_TRUE(store->reload().is_ok());
  ASSERT_EQ(store->list().size(), 1U);
  EXPECT_TRUE(store->remove(store->list()[0].id).is_ok());
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/trust/ours.pem"));
}

TEST(TrustStore, UnreadableFileFailsTheOpenAndNamesIt) {
  const TempDir dir;
  std::filesystem::create_directories(dir.path() + "/trust");
  test::write_text(dir.path() + "/trust/bad.pem", "nonsense");
  const auto store = TrustStore::open({dir.path(), std::nullopt});
  ASSERT_FALSE(store.is_ok());
  EXPECT_NE(store.status().message().find("bad.pem"), std::string::npos);
}

TEST(TrustStore, SystemBundleIsReadAndItsAbsenceIsAnError) {
  const TempDir dir;
  const TestCert root = CertBuilder("/CN=root").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x")
                            .dns("x.example")
                            .extension(NID_ext_key_usage, "serverAuth")
                            .signed_by(root);
  const std::string bundle = dir.path() + "/bundle.crt";
  EXPECT_EQ(TrustStore::open({dir.path(), bundle}).status().code(), Code::kNotFound);
  test::write_text(bundle, "# comment\n" + root.pem());
  const auto store = TrustStore::open({dir.path(), bundle});
  ASSERT_TRUE(store.is_ok()) << store.status().to_string();
  EXPECT_EQ((*store)->system_anchor_count(), 1U);
  EXPECT_TRUE(check(**store, leaf, "x.example").trusted);
  EXPECT_TRUE((*store)->list().empty());
}

TEST(TrustStore, SnapshotOutlivesChangesFromOtherThreads) {
  const TempDir dir;
  const std::unique_ptr<TrustStore> store = open_store(dir);
  const TestCert root = CertBuilder("/CN=root").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x").dns("x.example").signed_by(root);
  std::jthread writer([&] {
    for (int i = 0; i < 20; ++i) {
      const auto rows = store->import(as_bytes(root.pem()));
      ASSERT_TRUE(rows.is_ok());
      ASSERT_TRUE(store->remove(rows->front().id).is_ok());
    }
  });
  for (int i = 0; i < 200; ++i) {
    const std::shared_ptr<const Anchors> anchors = store->snapshot();
    const bool anchored = !anchors->pins.empty();
    const Verdict verdict =
        verify(*anchors, leaf.certificate.get(), nullptr, PeerName::host("x.example"), kNow);
    EXPECT_EQ(verdict.trusted, anchored);
    EXPECT_EQ(verdict.epoch, anchors->epoch);
  }
}

}  // namespace
}  // namespace vitrine::trust
