// Malformed policies: each with the place and the kind of its first error.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "policy/lang/load.h"

namespace vitrine::policy {
namespace {

struct Case {
  const char* name;
  const char* text;
  int line;
  int column;
  const char* code;
};

// Side files that the cases may name.
FileReader side_files() {
  return [](const std::string& name) -> Result<std::string> {
    static const std::map<std::string, std::string> kFiles = {
        {"good.txt", "social .friends.example\n"},
        {"users.txt", "10.0.0.1 alice\n"},
        {"three.txt", "# fine\nsocial .a.example extra\n"},
        {"domain.txt", "social .a.example\nsocial   a..example\n"},
        {"overlap.txt", "10.0.0.0/24 alice\n10.0.0.7 bob\n"},
    };
    const auto it = kFiles.find(name);
    return it == kFiles.end()
               ? Result<std::string>(Code::kNotFound, "'" + name + "' cannot be read")
               : Result<std::string>(it->second);
  };
}

constexpr Case kCases[] = {
    {"Empty", "", 1, 1, "empty"},
    {"ListAtTheTop", "- a\n", 1, 1, "wrong-kind"},
    {"BadIndentation", "version: 1\n  networks: {}\n", 2, 11, "yaml"},
    {"TabIndentation", "version: 1\naccess:\n\t- name: x\n", 3, 2, "yaml"},
    {"UnclosedFlowList", "version: 1\nnetworks:\n  a: [10.0.0.0/8\n", 4, 1, "yaml"},
    {"SecondDocument", "version: 1\n---\nversion: 1\n", 3, 1, "second-document"},
    {"Anchor", "version: 1\nnetworks:\n  a: &x [10.0.0.0/8]\n", 3, 6, "anchor"},
    {"UnquotedStar",
     "version: 1\ndecryption:\n  - name: a\n    action: decrypt\n    sni: *.a.example\n", 5, 10,
     "yaml"},
    {"Tag", "version: 1\nnetworks:\n  a: !x 10.0.0.0/8\n", 3, 6, "tag"},
    {"NoVersion", "networks:\n  a: 10.0.0.0/8\n", 1, 1, "missing-key"},
    {"OtherVersion", "version: 2\n", 1, 10, "version"},
    {"UnknownRootKey", "version: 1\nnetwork:\n  a: 10.0.0.0/8\n", 2, 1, "unknown-key"},
    {"DuplicateRootKey", "version: 1\nquic: allow\nquic: block\n", 3, 1, "duplicate-key"},
    {"UnknownRuleKey",
     "version: 1\ndecryption:\n  - name: a\n    sorce: any\n    action: decrypt\n", 4, 5,
     "unknown-key"},
    {"DuplicateRuleKey",
     "version: 1\ndecryption:\n  - name: a\n    action: decrypt\n    action: block\n", 5, 5,
     "duplicate-key"},
    {"RuleWithoutName", "version: 1\ndecryption:\n  - action: decrypt\n", 3, 5, "missing-key"},
    {"RuleWithoutAction", "version: 1\ndecryption:\n  - name: a\n", 3, 5, "missing-key"},
    {"RuleIsAWord", "version: 1\ndecryption:\n  - decrypt-all\n", 3, 5, "wrong-kind"},
    {"RulesAreAMap", "version: 1\ndecryption:\n  name: a\n", 3, 3, "wrong-kind"},
    {"DuplicateRuleName",
     "version: 1\naccess:\n  - name: a\n    action: deny\n  - name: a\n    action: allow\n", 5, 11,
     "duplicate-name"},
    {"BadRuleName", "version: 1\naccess:\n  - name: 'a b'\n    action: deny\n", 3, 11, "bad-name"},
    {"UnknownAction", "version: 1\ndecryption:\n  - name: a\n    action: decypt\n", 4, 13,
     "bad-value"},
    {"AccessActionInDecryption", "version: 1\ndecryption:\n  - name: a\n    action: allow\n", 4, 13,
     "bad-value"},
    {"ActionIsAList", "version: 1\naccess:\n  - name: a\n    action: [deny]\n", 4, 13, "bad-value"},
    {"PrefixTooLong", "version: 1\nnetworks:\n  a: 10.0.0.0/33\n", 3, 6, "bad-network"},
    {"HostBitsSet", "version: 1\nnetworks:\n  a: [10.0.0.0/8, 10.0.0.1/8]\n", 3, 19, "bad-network"},
    {"NotAnAddress", "version: 1\nnetworks:\n  a: 10.0.0.256\n", 3, 6, "bad-network"},
    {"BackwardRange", "version: 1\nnetworks:\n  a: 10.0.0.9-10.0.0.1\n", 3, 6, "bad-network"},
    {"MixedRange", "version: 1\nnetworks:\n  a: 10.0.0.9-2001:db8::1\n", 3, 6, "bad-network"},
    {"EmptyNetwork", "version: 1\nnetworks:\n  a: []\n", 3, 6, "empty-list"},
    {"NetworkWithoutValue", "version: 1\nnetworks:\n  a:\n", 3, 3, "wrong-kind"},
    {"NetworkNamedTwice", "version: 1\nnetworks:\n  a: 10.0.0.1\n  a: 10.0.0.2\n", 4, 3,
     "duplicate-name"},
    {"NetworkNamedLikeAnAddress", "version: 1\nnetworks:\n  10.0.0.1: 10.0.0.1\n", 3, 3,
     "bad-name"},
    {"NetworkNamedAny", "version: 1\nnetworks:\n  any: 10.0.0.1\n", 3, 3, "bad-name"},
    {"UnknownNetwork",
     "version: 1\nnetworks:\n  office: 10.0.0.1\naccess:\n  - name: a\n    source: ofice\n"
     "    action: deny\n",
     6, 13, "unknown-network"},
    {"NetworkCycle", "version: 1\nnetworks:\n  a: [b]\n  b: [10.0.0.1, c]\n  c: [a]\n", 5, 7,
     "cycle"},
    {"NetworkNamesItself", "version: 1\nnetworks:\n  a: [a]\n", 3, 7, "cycle"},
    {"NestedList", "version: 1\nnetworks:\n  a: [[10.0.0.1]]\n", 3, 7, "wrong-kind"},
    {"BadPort", "version: 1\nservices:\n  a: tcp/65536\n", 3, 6, "bad-service"},
    {"BackwardPorts", "version: 1\nservices:\n  a: tcp/90-80\n", 3, 6, "bad-service"},
    {"PortOfIcmp", "version: 1\nservices:\n  a: icmp/8\n", 3, 6, "bad-service"},
    {"UnknownService",
     "version: 1\nservices:\n  web: tcp/80\naccess:\n  - name: a\n    service: [wbe]\n"
     "    action: deny\n",
     6, 15, "unknown-service"},
    {"DecryptionOfUdp",
     "version: 1\ndecryption:\n  - name: a\n    service: udp/53\n    action: decrypt\n", 4, 14,
     "not-tcp"},
    {"BadZone", "version: 1\naccess:\n  - name: a\n    zone: dmz\n    action: deny\n", 4, 11,
     "bad-value"},
    {"BadVlan", "version: 1\naccess:\n  - name: a\n    vlan: [10, 4095]\n    action: deny\n", 4, 16,
     "bad-vlan"},
    {"UnknownUser",
     "version: 1\nusers: [alice]\naccess:\n  - name: a\n    user: alcie\n    action: deny\n", 5, 11,
     "unknown-user"},
    {"UnknownGroup", "version: 1\naccess:\n  - name: a\n    group: staff\n    action: deny\n", 4,
     12, "unknown-group"},
    {"GroupOfUnknownUser", "version: 1\nusers: [alice]\nuser_groups:\n  staff: [alice, bob]\n", 4,
     18, "unknown-group"},
    {"GroupCycle", "version: 1\nuser_groups:\n  a: [b]\n  b: [a]\n", 4, 7, "cycle"},
    {"IdentityOfNobody", "version: 1\nidentity:\n  - name: a\n    source: any\n", 3, 5,
     "missing-key"},
    {"IdentityOfTwo",
     "version: 1\nusers: [alice]\nuser_groups: {g: [alice]}\nidentity:\n  - name: a\n    user: "
     "alice\n"
     "    group: g\n",
     5, 5, "conflicting-keys"},
    {"NoSuchTable", "version: 1\nidentity:\n  - name: a\n    table: nobody.txt\n", 4, 12, "file"},
    {"BadDomain",
     "version: 1\ndecryption:\n  - name: a\n    sni: [a.example, \"a*.example\"]\n"
     "    action: decrypt\n",
     4, 22, "bad-domain"},
    {"UnicodeDomain",
     "version: 1\ndecryption:\n  - name: a\n    sni: b\xc3\xbc"
     "cher.example\n"
     "    action: decrypt\n",
     4, 10, "bad-domain"},
    {"EmptySni", "version: 1\ndecryption:\n  - name: a\n    sni: []\n    action: decrypt\n", 4, 10,
     "empty-list"},
    {"UnknownCategory",
     "version: 1\ncategories: good.txt\ndecryption:\n  - name: a\n    category: socal\n"
     "    action: decrypt\n",
     5, 15, "unknown-category"},
    {"NoSuchCategoryFile", "version: 1\ncategories: missing.txt\n", 2, 13, "file"},
    {"BadTlsVersion",
     "version: 1\ndecryption:\n  - name: a\n    tls: [\"1.2\", \"1.4\"]\n"
     "    action: decrypt\n",
     4, 18, "bad-value"},
    {"BadFingerprint",
     "version: 1\ndecryption:\n  - name: a\n    certificate: {fingerprint: abcd}\n"
     "    action: decrypt\n",
     4, 32, "bad-fingerprint"},
    {"BadCertificateState",
     "version: 1\ndecryption:\n  - name: a\n    certificate: {state: expred}\n"
     "    action: decrypt\n",
     4, 26, "bad-value"},
    {"CertificateAsksNothing",
     "version: 1\ndecryption:\n  - name: a\n    certificate: {}\n"
     "    action: decrypt\n",
     4, 18, "empty-list"},
    {"UnknownTime",
     "version: 1\ntimes:\n  lessons: {days: mon-fri}\naccess:\n  - name: a\n    time: leson\n"
     "    action: deny\n",
     6, 11, "unknown-time"},
    {"BadTimeOfDay", "version: 1\ntimes:\n  t: {from: \"25:00\", to: \"26:00\"}\n", 3, 13,
     "bad-time"},
    {"TimeWithoutMinutes", "version: 1\ntimes:\n  t: {from: 8, to: \"18:00\"}\n", 3, 13,
     "bad-time"},
    {"NoTimeBetween", "version: 1\ntimes:\n  t: {from: \"08:00\", to: \"08:00\"}\n", 3, 13,
     "bad-time"},
    {"BadDay", "version: 1\ntimes:\n  t: {days: [mon, funday]}\n", 3, 19, "bad-day"},
    {"HttpInDecryption",
     "version: 1\ndecryption:\n  - name: a\n    http: {method: GET}\n"
     "    action: decrypt\n",
     4, 5, "unknown-key"},
    {"BadMethod",
     "version: 1\naccess:\n  - name: a\n    http: {method: [GET, post]}\n    action: deny\n", 4, 26,
     "bad-method"},
    {"BadPath", "version: 1\naccess:\n  - name: a\n    http: {path: admin}\n    action: deny\n", 4,
     18, "bad-path"},
    {"BadContentType",
     "version: 1\naccess:\n  - name: a\n    http: {content_type: pdf}\n    action: deny\n", 4, 26,
     "bad-content-type"},
    {"StrictBypass",
     "version: 1\ndecryption:\n  - name: a\n    action: do-not-decrypt\n    strict: true\n", 5, 13,
     "useless-key"},
    {"StrictIsNoBoolean",
     "version: 1\ndecryption:\n  - name: a\n    action: decrypt\n    strict: maybe\n", 5, 13,
     "bad-value"},
    {"BadQuic", "version: 1\nquic: drop\n", 2, 7, "bad-value"},
    {"BadUndecryptable", "version: 1\nundecryptable:\n  pined: block\n", 3, 3, "unknown-key"},
    {"BadExclusion", "version: 1\nundecryptable:\n  exclude_after: 0\n", 3, 18, "bad-number"},
};

class Malformed : public testing::TestWithParam<Case> {};

TEST_P(Malformed, SaysWhereAndHowToPutItRight) {
  const Case& expected = GetParam();
  const Loaded loaded = load_rulebook(expected.text, "policy.yaml", side_files());
  EXPECT_EQ(loaded.book, nullptr);
  ASSERT_FALSE(loaded.problems.empty());
  const Diagnostic& first = loaded.problems.front();
  EXPECT_EQ(first.mark.line, expected.line) << first.to_string();
  EXPECT_EQ(first.mark.column, expected.column) << first.to_string();
  EXPECT_EQ(first.code, expected.code) << first.to_string();
  EXPECT_EQ(first.file, "policy.yaml");
  EXPECT_FALSE(first.fix.empty());
}

INSTANTIATE_TEST_SUITE_P(Policies, Malformed, testing::ValuesIn(kCases),
                         [](const auto& policy) { return std::string(policy.param.name); });

TEST(MalformedSideFile, IsNamedWithItsOwnLineAndColumn) {
  const auto first = [](const std::string& text) {
    const Loaded loaded = load_rulebook(text, "policy.yaml", side_files());
    return loaded.problems.empty() ? "" : loaded.problems.front().to_string().substr(0, 30);
  };
  EXPECT_EQ(first("version: 1\ncategories: three.txt\n"), "three.txt:2:1: error: a line o");
  EXPECT_EQ(first("version: 1\ncategories: domain.txt\n"), "domain.txt:2:10: error: 'a..ex");
  EXPECT_EQ(first("version: 1\nidentity:\n  - name: a\n    table: overlap.txt\n"),
            "overlap.txt:2:1: error: 10.0.0");
}

TEST(MalformedPolicy, EveryErrorIsReported) {
  const Loaded loaded = load_rulebook(
      "version: 1\nnetworks:\n  a: 10.0.0.0/40\n  b: nothing\nquic: no\n", "p", side_files());
  EXPECT_EQ(loaded.problems.size(), 3U);
}

TEST(MalformedPolicy, NearWordsAreSuggested) {
  const Loaded loaded =
      load_rulebook("version: 1\naccess:\n  - name: a\n    destnation: any\n    action: deny\n",
                    "p", side_files());
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].to_string(),
            "p:4:5: error: unknown key 'destnation' in an access rule; did you mean 'destination'? "
            "[unknown-key]");
}

}  // namespace
}  // namespace vitrine::policy
