#include "host/daemon/privileges.h"

#include <cstdio>

#include <gtest/gtest.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/trust/test_pki.h"

namespace vitrine::daemon {
namespace {

constexpr const char* kSomebody = "daemon";  // on every Debian

TEST(Account, IsTheNamedUserAndNeverRoot) {
  const auto found = find_account(kSomebody);
  ASSERT_TRUE(found) << found.status().to_string();
  EXPECT_EQ(found->name, kSomebody);
  EXPECT_NE(found->owner.user, 0U);
  EXPECT_EQ(find_account("root").status().code(), Code::kInvalidArgument);
}

TEST(Account, MissingUserIsAnErrorThatSaysWhatToType) {
  const auto found = find_account("nobody-of-that-name");
  EXPECT_EQ(found.status().code(), Code::kNotFound);
  EXPECT_NE(found.status().message().find("useradd"), std::string::npos);
  EXPECT_NE(found.status().message().find("--user"), std::string::npos);
}

TEST(Group, IsTheNamedOneOrAnErrorThatSaysWhatToType) {
  ASSERT_TRUE(find_group("daemon"));
  EXPECT_EQ(find_group("root").value(), 0U);
  const auto missing = find_group("no-group-of-that-name");
  EXPECT_EQ(missing.status().code(), Code::kNotFound);
  EXPECT_NE(missing.status().message().find("groupadd"), std::string::npos);
}

// Whether the machine has it or not.
TEST(Account, DefaultIsAUserOfItsOwn) {
  const auto found = find_account("");
  if (found) {
    EXPECT_EQ(found->name, "vitrine");
  } else {
    EXPECT_NE(found.status().message().find("useradd"), std::string::npos);
  }
}

// In a child: what comes after cannot be undone.
[[noreturn]] void drop_and_look(const std::string& state, const std::string& secret) {
  const auto require = [](bool held, const char* what) {
    if (!held) {
      std::fprintf(stderr, "not so: %s\n", what);
      _exit(1);
    }
  };
  const Account account = find_account(kSomebody).value();
  const Status dropped = drop_privileges(account, state, state + "/run/api.sock");
  require(dropped.is_ok(), dropped.to_string().c_str());
  uid_t real = 0;
  uid_t effective = 0;
  uid_t saved = 0;
  require(getresuid(&real, &effective, &saved) == 0 && real == account.owner.user &&
              effective == real && saved == real,
          "all three user ids are the user's");
  require(getgroups(0, nullptr) == 1, "no group but its own");
  require(access(secret.c_str(), R_OK) != 0, "root's files are out of reach");
  require(access((state + "/run").c_str(), W_OK) == 0, "the socket's directory is there");
  const cap_t held = cap_get_proc();
  const auto has = [&](cap_value_t capability) {
    cap_flag_value_t value = CAP_CLEAR;
    return cap_get_flag(held, capability, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
  };
  require(has(CAP_NET_ADMIN) && has(CAP_NET_RAW) && has(CAP_NET_BIND_SERVICE) && has(CAP_IPC_LOCK),
          "what the packet path needs is kept");
  require(!has(CAP_SYS_ADMIN) && !has(CAP_DAC_OVERRIDE) && !has(CAP_SETUID) && !has(CAP_SYS_PTRACE),
          "nothing else is");
  require(prctl(PR_GET_DUMPABLE) == 0, "undumpable");
  require(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "no way back");
  _exit(0);
}

TEST(DropPrivilegesDeathTest, LeavesAUserWithWhatThePacketPathNeeds) {
  ASSERT_EQ(geteuid(), 0U) << "run as root";
  test::TempDir state;
  test::TempDir other;
  test::write_text(other.path() + "/secret", "x");
  EXPECT_EXIT(drop_and_look(state.path(), other.path() + "/secret"), testing::ExitedWithCode(0),
              "");
}

}  // namespace
}  // namespace vitrine::daemon
