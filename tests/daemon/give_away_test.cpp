#include "host/daemon/give_away.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/trust/test_pki.h"

namespace vitrine::daemon {
namespace {

constexpr Owner kUser{1234, 1235};

class GiveAwayTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(geteuid(), 0U) << "files change hands: run as root";
    ASSERT_EQ(mkdir(in("trust").c_str(), 0755), 0);
    ASSERT_EQ(mkdir(in("ca").c_str(), 0700), 0);
    test::write_text(in("events.db"), "x");
    test::write_text(in("trust/a.pem"), "x");
    test::write_text(in("ca/ca.key"), "x");
    test::write_text(outside_.path() + "/secret", "x");
  }
  std::string in(const std::string& name) const { return state_.path() + "/" + name; }
  std::string secret() const { return outside_.path() + "/secret"; }
  static uid_t owner_of(const std::string& path) {
    struct stat about {};
    EXPECT_EQ(lstat(path.c_str(), &about), 0) << path;
    return about.st_uid;
  }
  Status give() const { return give_tree(state_.path(), "ca", kUser); }

  test::TempDir state_;
  test::TempDir outside_;
};

TEST_F(GiveAwayTest, GivesAllButTheSignersDirectory) {
  ASSERT_TRUE(give());
  for (const char* name : {"", "events.db", "trust", "trust/a.pem"}) {
    EXPECT_EQ(owner_of(in(name)), kUser.user) << name;
  }
  EXPECT_EQ(owner_of(in("ca")), 0U);
  EXPECT_EQ(owner_of(in("ca/ca.key")), 0U);
  struct stat about {};
  ASSERT_EQ(stat(in("events.db").c_str(), &about), 0);
  EXPECT_EQ(about.st_gid, kUser.group);
  EXPECT_TRUE(give()) << "again, as at every start";
}

TEST_F(GiveAwayTest, OnlyTheTopLevelsEntryIsLeftOut) {
  ASSERT_EQ(mkdir(in("trust/ca").c_str(), 0755), 0);
  ASSERT_TRUE(give());
  EXPECT_EQ(owner_of(in("trust/ca")), kUser.user);
}

TEST_F(GiveAwayTest, SymbolicLinksAreNotFollowed) {
  ASSERT_EQ(symlink(secret().c_str(), in("eve.json").c_str()), 0);
  ASSERT_EQ(symlink(outside_.path().c_str(), in("trust/more").c_str()), 0);
  ASSERT_TRUE(give());
  EXPECT_EQ(owner_of(secret()), 0U);
  EXPECT_EQ(owner_of(outside_.path()), 0U);
  EXPECT_EQ(owner_of(in("eve.json")), 0U) << "nor given: nobody needs them";
}

TEST_F(GiveAwayTest, FileWithASecondNameIsRefused) {
  ASSERT_EQ(link(secret().c_str(), in("trust/b.pem").c_str()), 0);
  const Status given = give();
  EXPECT_EQ(given.code(), Code::kPermission);
  EXPECT_NE(given.message().find("trust/b.pem"), std::string::npos) << given.message();
  EXPECT_EQ(owner_of(secret()), 0U);
}

TEST_F(GiveAwayTest, SecondNamesOfTheUsersOwnFilesDoNoHarm) {
  ASSERT_TRUE(give());
  ASSERT_EQ(link(in("events.db").c_str(), in("events.db.copy").c_str()), 0);
  EXPECT_TRUE(give());
}

TEST_F(GiveAwayTest, MissingDirectoryIsAnError) {
  const Status given = give_tree(in("nowhere"), "ca", kUser);
  EXPECT_EQ(given.code(), Code::kNotFound) << given.to_string();
}

TEST_F(GiveAwayTest, DirectoryIsMadeForTheUserOnlyWhereItIsMissing) {
  ASSERT_TRUE(make_directory_for(in("run"), kUser));
  EXPECT_EQ(owner_of(in("run")), kUser.user);
  ASSERT_TRUE(make_directory_for(outside_.path(), kUser));
  EXPECT_EQ(owner_of(outside_.path()), 0U);
  ASSERT_EQ(symlink(outside_.path().c_str(), in("link").c_str()), 0);
  ASSERT_TRUE(make_directory_for(in("link"), kUser));
  EXPECT_EQ(owner_of(outside_.path()), 0U);
}

}  // namespace
}  // namespace vitrine::daemon
