// NIST's Public Key Interoperability Test Suite (PKITS 1.0.1) through check_offline(): every
// end-entity certificate of the suite, with all its CA certificates and revocation lists at hand.
//
// Expected verdicts: the names say them (Valid…, Invalid…), and kCases holds what the document says
// of tests with other names or other settings than the defaults. Validation is by profile rfc5280,
// without a host name, and with a list required for every certificate, as the suite asks.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "host/trust/offline_check.h"
#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuite =
    "/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data";
constexpr const char* kDeviations = VITRINE_SOURCE_DIR "/tests/trust/pkits_deviations.txt";
constexpr time_t kWhen = 1'514'764'800;  // 2018-01-01; the suite is valid from 2010 to 2030

struct Settings {
  std::vector<int> policies;  // N of NIST-test-policy-N; empty: any
  bool require_explicit = false;
  bool inhibit_mapping = false;
  bool inhibit_any = false;
};

struct Case {
  const char* test;  // of the file name, without EE.crt
  const char* part;
  Settings settings;
  bool valid;
};

// Sections 4.8, 4.10 and 4.12 of the document.
const Case kCases[] = {
    {"ValidCertificatePathTest1", "explicit", {{}, true}, true},
    {"ValidCertificatePathTest1", "explicit 1", {{1}, true}, true},
    {"ValidCertificatePathTest1", "explicit 2", {{2}, true}, false},
    {"ValidCertificatePathTest1", "explicit 1 2", {{1, 2}, true}, true},
    {"AllCertificatesNoPoliciesTest2", "", {}, true},
    {"AllCertificatesNoPoliciesTest2", "explicit", {{}, true}, false},
    {"DifferentPoliciesTest3", "", {}, true},
    {"DifferentPoliciesTest3", "explicit", {{}, true}, false},
    {"DifferentPoliciesTest3", "explicit 1 2", {{1, 2}, true}, false},
    {"DifferentPoliciesTest4", "", {}, false},
    {"DifferentPoliciesTest5", "", {}, false},
    {"OverlappingPoliciesTest6", "", {}, true},
    {"OverlappingPoliciesTest6", "1", {{1}}, true},
    {"OverlappingPoliciesTest6", "2", {{2}}, false},
    {"DifferentPoliciesTest7", "", {}, false},
    {"DifferentPoliciesTest8", "", {}, false},
    {"DifferentPoliciesTest9", "", {}, false},
    {"AllCertificatesSamePoliciesTest10", "", {}, true},
    {"AllCertificatesSamePoliciesTest10", "1", {{1}}, true},
    {"AllCertificatesSamePoliciesTest10", "2", {{2}}, true},
    {"AllCertificatesanyPolicyTest11", "", {}, true},
    {"AllCertificatesanyPolicyTest11", "1", {{1}}, true},
    {"DifferentPoliciesTest12", "", {}, false},
    {"AllCertificatesSamePoliciesTest13", "1", {{1}}, true},
    {"AllCertificatesSamePoliciesTest13", "2", {{2}}, true},
    {"AllCertificatesSamePoliciesTest13", "3", {{3}}, true},
    {"AnyPolicyTest14", "1", {{1}}, true},
    {"AnyPolicyTest14", "2", {{2}}, false},
    {"UserNoticeQualifierTest15", "", {}, true},
    {"UserNoticeQualifierTest16", "", {}, true},
    {"UserNoticeQualifierTest17", "", {}, true},
    {"UserNoticeQualifierTest18", "1", {{1}}, true},
    {"UserNoticeQualifierTest18", "2", {{2}}, true},
    {"UserNoticeQualifierTest19", "", {}, true},
    {"CPSPointerQualifierTest20", "", {}, true},
    {"ValidPolicyMappingTest1", "1", {{1}}, true},
    {"ValidPolicyMappingTest1", "2", {{2}}, false},
    {"ValidPolicyMappingTest1", "inhibit mapping", {{}, false, true}, false},
    {"InvalidPolicyMappingTest2", "inhibit mapping", {{}, false, true}, false},
    {"ValidPolicyMappingTest3", "1", {{1}}, false},
    {"ValidPolicyMappingTest3", "2", {{2}}, true},
    {"ValidPolicyMappingTest5", "1", {{1}}, true},
    {"ValidPolicyMappingTest5", "6", {{6}}, false},
    {"ValidPolicyMappingTest6", "1", {{1}}, true},
    {"ValidPolicyMappingTest6", "6", {{6}}, false},
    {"ValidPolicyMappingTest12", "1", {{1}}, true},
    {"ValidPolicyMappingTest12", "2", {{2}}, true},
    {"inhibitAnyPolicyTest3", "", {}, true},
    {"inhibitAnyPolicyTest3", "inhibit any", {{}, false, false, true}, false},
};

std::vector<uint8_t> read_bytes(const fs::path& path) {
  const std::string text = test::read_text(path.string());
  return {text.begin(), text.end()};
}

// The suite's files, read once.
struct Suite {
  OfflineCheck base;
  std::map<std::string, std::vector<uint8_t>> tests;  // by name without EE.crt
};

const Suite& suite() {
  static const Suite loaded = [] {
    Suite made;
    made.base.system_bundle = std::nullopt;
    made.base.now = kWhen;
    made.base.profile = Profile::kRfc5280;
    made.base.server_purpose = false;
    made.base.lists_required = true;
    for (const auto& file : fs::directory_iterator(fs::path(kSuite) / "certs")) {
      const std::string name = file.path().stem().string();
      if (name == "TrustAnchorRootCertificate") {
        made.base.roots.push_back(read_bytes(file));
      } else if (name.ends_with("EE") && name.find("Test") != std::string::npos) {
        made.tests[name.substr(0, name.size() - 2)] = read_bytes(file);
      } else {
        made.base.intermediates.push_back(read_bytes(file));
      }
    }
    for (const auto& file : fs::directory_iterator(fs::path(kSuite) / "crls")) {
      made.base.lists.push_back(read_bytes(file));
    }
    return made;
  }();
  return loaded;
}

Verdict run(const std::string& name, const Settings& settings) {
  OfflineCheck check = suite().base;
  check.chain = suite().tests.at(name);
  for (const int policy : settings.policies) {
    check.policy.initial_policies.insert("2.16.840.1.101.3.2.1.48." + std::to_string(policy));
  }
  check.policy.require_explicit = settings.require_explicit;
  check.policy.inhibit_mapping = settings.inhibit_mapping;
  check.policy.inhibit_any = settings.inhibit_any;
  const Result<OfflineVerdict> result = check_offline(check);
  EXPECT_TRUE(result.is_ok()) << name << ": " << result.status().to_string();
  return result ? result->verdict : Verdict{};
}

// "name [part]" to reason.
std::map<std::string, std::string> deviations() {
  std::map<std::string, std::string> found;
  std::ifstream file(kDeviations);
  for (std::string line; std::getline(file, line);) {
    if (const size_t colon = line.find(": "); !line.starts_with('#') && colon != line.npos) {
      found[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  return found;
}

TEST(Pkits, EveryTestHasItsPublishedVerdictOrAReason) {
  ASSERT_FALSE(suite().base.roots.empty()) << "install python3-cryptography-vectors";
  ASSERT_EQ(suite().tests.size(), 223U);
  std::vector<Case> cases(std::begin(kCases), std::end(kCases));
  for (const auto& [name, der] : suite().tests) {
    const bool valid = name.starts_with("Valid");
    // Test parts in the table replace the default run only where the document has none.
    if (valid || name.starts_with("Invalid")) {
      const bool only_parts =
          name == "ValidPolicyMappingTest1" || name == "ValidPolicyMappingTest3" ||
          name == "ValidPolicyMappingTest5" || name == "ValidPolicyMappingTest6" ||
          name == "ValidPolicyMappingTest12";
      if (!only_parts) {
        cases.push_back({name.c_str(), "", {}, valid});
      }
    }
  }
  std::map<std::string, std::string> reasons = deviations();
  std::map<std::string, int> covered;
  for (const Case& one : cases) {
    const std::string label =
        std::string(one.test) + (*one.part == '\0' ? "" : " [" + std::string(one.part) + "]");
    ++covered[one.test];
    const Verdict verdict = run(one.test, one.settings);
    const bool deviates = verdict.trusted != one.valid;
    EXPECT_EQ(deviates, reasons.contains(label))
        << label << ": published " << (one.valid ? "valid" : "invalid") << ", ours "
        << (verdict.trusted ? "valid" : verdict.check + ": " + verdict.detail);
    reasons.erase(label);
  }
  for (const auto& [name, der] : suite().tests) {
    EXPECT_TRUE(covered.contains(name)) << name << " has no expected verdict";
  }
  for (const auto& [label, reason] : reasons) {
    ADD_FAILURE() << label << " is listed as a deviation, but is no test";
  }
}

}  // namespace
}  // namespace vitrine::trust
