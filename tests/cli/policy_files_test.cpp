// Policies in files, by the command line: no daemon is there.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/cli/app.h"

namespace vitrine::cli {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

constexpr const char* kPolicy = R"(version: 1
decryption:
  - name: bank
    sni: .bank.example
    action: do-not-decrypt
  - name: lab
    source: 10.9.0.0/16
    action: do-not-decrypt
  - name: lab-again   # never decides
    source: 10.9.1.0/24
    action: decrypt
  - name: decrypt-all
    action: decrypt
)";

class PolicyFiles : public ::testing::Test {
 protected:
  PolicyFiles() : folder_(std::filesystem::temp_directory_path() / "vitrine-policy-files-XXXXXX") {
    std::string name = folder_.string();
    folder_ = ::mkdtemp(name.data());
    policy_ = write("policy.yaml", kPolicy);
  }
  ~PolicyFiles() override { std::filesystem::remove_all(folder_); }

  std::string write(const char* name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  int call(const Words& words) {
    out_.str("");
    err_.str("");
    Environment environment{.out = out_, .err = err_};
    environment.default_socket = (folder_ / "nobody.sock").string();
    return run(words, environment);
  }

  std::filesystem::path folder_;
  std::string policy_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(PolicyFiles, CheckShowsProblemsAndProof) {
  EXPECT_EQ(call({"policy", "check", policy_}), kDone);
  EXPECT_THAT(out_.str(),
              HasSubstr("policy.yaml:9:5: warning: decryption rule 'lab-again' is shadowed: "
                        "'lab' (line 6) above"));
  EXPECT_THAT(out_.str(), HasSubstr("proved equal to the policy over"));
  EXPECT_EQ(call({"policy", "check", "--strict", policy_}), kFailed);
  EXPECT_EQ(call({"policy", "check", policy_, "--json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr(R"("code":"shadowed-rule")"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("proved":true)"));
}

TEST_F(PolicyFiles, CheckOfAMalformedFileFailsAndSaysWhere) {
  const std::string bad = write("bad.yaml", "version: 1\nnetwork:\n  a: 10.0.0.1\n");
  EXPECT_EQ(call({"policy", "check", bad}), kFailed);
  EXPECT_THAT(out_.str(), HasSubstr("bad.yaml:2:1: error: unknown key 'network' in the policy"));
  EXPECT_THAT(out_.str(), HasSubstr("did you mean 'networks'?"));
  EXPECT_EQ(call({"policy", "explain", bad, "10.0.0.1", "192.0.2.1:443", "--json"}), kFailed);
  EXPECT_THAT(out_.str(), HasSubstr(R"("line":2,"column":1)"));
  EXPECT_EQ(call({"policy", "check", "/nonexistent"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("/nonexistent"));
}

TEST_F(PolicyFiles, ExplainNamesRuleReasonAndPlace) {
  EXPECT_EQ(call({"policy", "explain", policy_, "10.0.0.1", "192.0.2.1:443", "--sni",
                  "www.bank.example"}),
            kDone);
  EXPECT_THAT(out_.str(), HasSubstr("decision  do not decrypt\nby        bank\nwhere     host"));
  EXPECT_EQ(call({"policy", "explain", policy_, "10.0.0.1", "192.0.2.1:443"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("need more: waits for the hello"));
  EXPECT_EQ(call({"policy", "explain", policy_, "10.9.0.1", "10.9.0.2:443", "--json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr(R"("decided_on_card":true)"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("rule":"lab")"));
}

TEST_F(PolicyFiles, ExplainSaysThatTheHostTellsOfDenials) {
  const std::string closed = write("closed.yaml",
                                   "version: 1\nquic: allow\naccess:\n"
                                   "  - {name: closed, action: deny}\n");
  for (const char* protocol : {"tcp", "udp"}) {
    EXPECT_EQ(
        call({"policy", "explain", closed, "10.0.0.1", "192.0.2.1:443", "--protocol", protocol}),
        kDone);
    EXPECT_THAT(out_.str(), HasSubstr("where     host: it drops the packets, tells both ends"));
  }
  EXPECT_EQ(call({"policy", "explain", closed, "10.0.0.1", "192.0.2.1:53", "--protocol", "udp"}),
            kDone);
  EXPECT_THAT(out_.str(), HasSubstr("where     card: it drops the packets itself"));
}

TEST_F(PolicyFiles, ExplainRefusesWhatIsNoConnection) {
  EXPECT_EQ(call({"policy", "explain", policy_, "10.0.0.1", "192.0.2.1"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("has no port"));
  EXPECT_EQ(call({"policy", "explain", policy_, "10.0.0.1", "[2001:db8::1]:443"}), kUsage);
  EXPECT_EQ(call({"policy", "explain", policy_, "10.0.0.1", "192.0.2.1:70000"}), kUsage);
}

TEST_F(PolicyFiles, InsertAboveAndDeleteKeepTheRest) {
  const std::string rule = write("rule.yaml", "name: new\naction: block\n");
  EXPECT_EQ(call({"policy", "insert", policy_, rule, "--above", "lab-again"}), kDone);
  EXPECT_THAT(out_.str(),
              HasSubstr("  - name: new\n    action: block\n  - name: lab-again   # never"));
  EXPECT_EQ(call({"policy", "insert", policy_, rule, "--above", "lab", "--in-place"}), kDone);
  EXPECT_EQ(call({"policy", "delete", policy_, "new", "--in-place"}), kDone);
  std::ostringstream now;
  now << std::ifstream(policy_).rdbuf();
  EXPECT_EQ(now.str(), kPolicy);
  EXPECT_EQ(call({"policy", "insert", policy_, rule, "--above", "nobody"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("no decryption rule 'nobody'"));
}

TEST_F(PolicyFiles, UsedByNamesTheUsers) {
  const std::string file =
      write("named.yaml",
            "version: 1\nnetworks:\n  lab: 10.9.0.0/16\naccess:\n  - name: a\n    "
            "source: lab\n    action: deny\n");
  EXPECT_EQ(call({"policy", "used-by", file, "lab"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("6:13: network 'lab' is used by access rule 'a'"));
  EXPECT_EQ(call({"policy", "used-by", file, "shop", "--json"}), kDone);
  EXPECT_EQ(out_.str(), "{\"used_by\":[]}\n");
}

}  // namespace
}  // namespace vitrine::cli
