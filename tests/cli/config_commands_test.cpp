// Configurations from the command line, against a real manager behind a real server.
#include "host/cli/config_commands.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/cli/app.h"
#include "tests/cli/command_test.h"
#include "tests/trust/test_pki.h"

namespace vitrine::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class ConfigCommands : public CommandTest {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    write_contents(world_.folder.file(name), text);
    return world_.folder.file(name);
  }
  const std::string& policy_in_force() {
    return world_.backend.world.in_force().configuration.policy;
  }
};

TEST_F(ConfigCommands, ARuleIsAddedAboveAnotherAndCommitted) {
  ASSERT_EQ(call({"rule", "add", "asa", "--above", "decrypt-all", "--destination", "192.0.2.7",
                  "--action", "do-not-decrypt"}),
            kDone)
      << err();
  EXPECT_THAT(out(), HasSubstr("`vitrine commit` puts it in force"));
  ASSERT_EQ(call({"diff"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("+  - name: \"asa\"\n+    destination: [\"192.0.2.7\"]\n"));
  ASSERT_EQ(call({"check"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("can be committed: 3 rules"));
  EXPECT_THAT(policy_in_force(), Not(HasSubstr("asa")));
  ASSERT_EQ(call({"commit", "--comment", "for the asa"}), kDone) << err();
  EXPECT_EQ(out(), "Configuration version 2 is in force.\n");
  EXPECT_THAT(policy_in_force(), HasSubstr("asa"));
  ASSERT_EQ(call({"history"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("for the asa"));
  ASSERT_EQ(call({"rule", "delete", "asa"}), kDone) << err();
  ASSERT_EQ(call({"commit", "--json"}), kDone) << err();
  EXPECT_EQ(out(), "{\"version\":3,\"confirm_minutes\":0}\n");
  EXPECT_THAT(policy_in_force(), Not(HasSubstr("asa")));
}

TEST_F(ConfigCommands, EveryKindOfRuleCanBeWritten) {
  ASSERT_EQ(call({"rule", "add", "bypass-2001-db8--7", "--first", "--destination", "2001:db8::7",
                  "--action", "do-not-decrypt"}),
            kDone)
      << err();
  ASSERT_EQ(call({"rule", "add", "several", "--below", "bank", "--source", "10.0.0.1", "--source",
                  "10.0.0.2", "--service", "tcp/443", "--sni", ".a.example", "--set", "strict=true",
                  "--action", "decrypt"}),
            kDone)
      << err();
  ASSERT_EQ(call({"check"}), kDone) << out();
  ASSERT_EQ(call({"candidate", "show"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("    source: [\"10.0.0.1\", \"10.0.0.2\"]\n"
                               "    service: [\"tcp/443\"]\n"
                               "    sni: [\".a.example\"]\n    strict: true\n"));
}

TEST_F(ConfigCommands, RulesThatCannotStandThereAreRefused) {
  for (const Words& words :
       {Words{"rule", "add", "a", "--action", "decrypt"},
        Words{"rule", "add", "a", "--first", "--last", "--action", "decrypt"},
        Words{"rule", "add", "a", "--above", "bank", "--below", "bank"}, Words{"rule", "add"},
        Words{"rule", "add", "a", "--first", "--list", "nothing"},
        Words{"commit", "--confirmed", "0"}, Words{"rollback"}, Words{"rollback", "0"},
        Words{"candidate"}, Words{"candidate", "discard"}, Words{"import"},
        Words{"diff", "--from", "-1"}, Words{"history", "-n", "0"}}) {
    EXPECT_EQ(call(words), kUsage) << ::testing::PrintToString(words);
    EXPECT_FALSE(err().empty());
  }
  for (const Words& words :
       {Words{"rule", "add", "a", "--above", "nobody", "--action", "decrypt"},
        Words{"rule", "add", "a", "--first", "--set", "nothing"},
        Words{"rule", "add", "a\nname: b", "--first"}, Words{"rule", "delete", "nobody"},
        Words{"commit"}, Words{"confirm"}, Words{"rollback", "9"}, Words{"rollback", "1"},
        Words{"diff", "--to", "9"}, Words{"export", "--version", "9"}, Words{"import", "/nowhere"},
        Words{"policy", "set", "/nowhere"}}) {
    EXPECT_EQ(call(words), kFailed) << ::testing::PrintToString(words) << out();
    EXPECT_THAT(err(), StartsWith("vitrine: "));
  }
  EXPECT_EQ(world_.backend.world.applied.size(), 1U);
}

TEST_F(ConfigCommands, ACandidateThatIsWrongIsToldAndNotCommitted) {
  ASSERT_EQ(call({"policy", "set",
                  file("p.yaml",
                       "version: 1\ndecryption: [{name: a, action: "
                       "perhaps}]\n")}),
            kDone)
      << err();
  EXPECT_EQ(call({"check"}), kFailed);
  EXPECT_THAT(out(), HasSubstr("policy:2:"));
  EXPECT_THAT(out(), HasSubstr("cannot be committed"));
  EXPECT_EQ(call({"commit"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("policy:2:"));
  EXPECT_EQ(call({"candidate", "discard", "--yes"}), kDone);
  EXPECT_EQ(call({"diff"}), kDone);
  EXPECT_EQ(out(), "No difference.\n");
}

TEST_F(ConfigCommands, APolicyComesWithTheFilesThatItNames) {
  file("categories.txt", "banks bank.example\n");
  ASSERT_EQ(call({"policy", "set",
                  file("p.yaml",
                       "version: 1\ncategories: categories.txt\ndecryption:\n"
                       "  - {name: b, category: banks, action: do-not-decrypt}\n")}),
            kDone)
      << err();
  ASSERT_EQ(call({"commit"}), kDone) << err();
  EXPECT_EQ(world_.backend.world.in_force().configuration.files.at("categories.txt"),
            "banks bank.example\n");
}

TEST_F(ConfigCommands, ACommitThatIsNotConfirmedComesBack) {
  ASSERT_EQ(call({"rule", "delete", "bank"}), kDone) << err();
  ASSERT_EQ(call({"commit", "--confirmed", "5"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("taken back in 5 min unless `vitrine confirm`"));
  ASSERT_EQ(call({"configuration"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("version 1 comes back in 5 min"));
  ASSERT_EQ(call({"confirm"}), kDone) << err();
  ASSERT_EQ(call({"configuration"}), kDone) << err();
  EXPECT_THAT(out(), Not(HasSubstr("comes back")));
  ASSERT_EQ(call({"rollback", "1", "--comment", "as it was"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("version 3 is in force"));
  EXPECT_THAT(policy_in_force(), HasSubstr("bank"));
}

TEST_F(ConfigCommands, WhatWasExportedCanBeImported) {
  const std::string backup = world_.folder.file("backup.json");
  ASSERT_EQ(call({"export", "-o", backup}), kDone) << err();
  ASSERT_EQ(call({"rule", "delete", "bank"}), kDone) << err();
  ASSERT_EQ(call({"commit"}), kDone) << err();
  ASSERT_EQ(call({"import", backup}), kDone) << err();
  ASSERT_EQ(call({"commit"}), kDone) << err();
  EXPECT_THAT(policy_in_force(), HasSubstr("bank"));
  ASSERT_EQ(call({"export", "--version", "2"}), kDone) << err();
  EXPECT_THAT(out(), Not(HasSubstr("bank")));
}

TEST_F(ConfigCommands, CertificatesGoThroughTheCandidate) {
  const std::string pem = file("s.pem", test::CertBuilder("/CN=New").ca().self_signed().pem());
  ASSERT_EQ(call({"cert", "import", pem}), kDone) << err();
  EXPECT_THAT(out(), StartsWith("Added to the candidate:\nSubject       /CN=New\n"));
  EXPECT_EQ(call({"cert", "import", pem}), kFailed);
  ASSERT_EQ(call({"cert", "list"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("candidate"));
  ASSERT_EQ(call({"commit"}), kDone) << err();
  const auto& held = world_.backend.world.in_force().configuration.certificates;
  ASSERT_EQ(held.size(), 1U);
  ASSERT_EQ(call({"cert", "remove", held.begin()->first.substr(0, 12)}), kDone) << err();
  ASSERT_EQ(call({"commit"}), kDone) << err();
  EXPECT_TRUE(world_.backend.world.in_force().configuration.certificates.empty());
  EXPECT_EQ(call({"cert", "remove", "00000000"}), kFailed);
  EXPECT_EQ(call({"cert", "import", file("large.pem", std::string((1U << 20) + 1, 'x'))}), kFailed);
  EXPECT_THAT(err(), HasSubstr("larger than 1 MiB"));
}

TEST_F(ConfigCommands, TheCandidateIsEditedByTheUsersEditor) {
  const std::string editor = file("editor", "#!/bin/sh\nsed -i s/bank/savings/ \"$1\"\n");
  ASSERT_EQ(::chmod(editor.c_str(), 0700), 0);
  ::unsetenv("VISUAL");
  ::setenv("EDITOR", editor.c_str(), 1);
  ASSERT_EQ(call({"candidate", "edit"}), kDone) << err();
  ASSERT_EQ(call({"diff"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("+  - name: savings"));
  EXPECT_EQ(call({"candidate", "edit"}), kFailed);
  EXPECT_EQ(err(), "vitrine: nothing was changed\n");
  ::setenv("EDITOR", "false", 1);
  EXPECT_EQ(call({"candidate", "edit"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("the editor 'false' failed"));
}

TEST_F(ConfigCommands, EveryCommandShowsExamples) {
  for (const Words& words :
       {Words{"rule", "add"}, Words{"rule", "delete"}, Words{"candidate", "edit"}, Words{"commit"},
        Words{"diff"}, Words{"check"}, Words{"rollback"}, Words{"history"}, Words{"export"},
        Words{"import"}, Words{"policy", "set"}, Words{"confirm"}, Words{"configuration"}}) {
    Words help = words;
    help.emplace_back("--help");
    EXPECT_EQ(call(help), kDone);
    EXPECT_THAT(out(), HasSubstr("Examples:\n  ")) << words.back();
    EXPECT_THAT(err(), IsEmpty());
  }
}

}  // namespace
}  // namespace vitrine::cli
