#include "host/api/role.h"

#include <functional>

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/api/client.h"
#include "tests/api/api_world.h"

namespace vitrine::api {
namespace {

using boost::beast::http::verb;

constexpr uid_t kTheDaemon = 100;
constexpr gid_t kItsGroup = 200;
constexpr gid_t kAdministrators = 300;
constexpr gid_t kReaders = 400;
constexpr RoleGroups kBoth{kAdministrators, kReaders};

TEST(Role, GroupsGiveRoles) {
  const auto role = [](const PeerCredentials& peer, const RoleGroups& groups = kBoth) {
    return role_of(peer, kTheDaemon, kItsGroup, groups);
  };
  EXPECT_EQ(role({0, 5, {}}), Role::kAdministrator);
  EXPECT_EQ(role({5, kItsGroup, {}}), Role::kAdministrator);
  EXPECT_EQ(role({5, 5, {6, kAdministrators}}), Role::kAdministrator);
  EXPECT_EQ(role({5, kReaders, {kAdministrators}}), Role::kAdministrator) << "the higher one";
  EXPECT_EQ(role({5, kReaders, {}}), Role::kReader);
  EXPECT_EQ(role({5, 5, {6, kReaders}}), Role::kReader);
  EXPECT_EQ(role({5, 5, {6, 7}}), Role::kNone);
  EXPECT_EQ(role({kReaders, 5, {}}), Role::kNone) << "a user's number is no group's";
  EXPECT_EQ(role({5, kReaders, {}}, {}), Role::kNone);
  EXPECT_EQ(role({5, 65534, {65534}}, {65534, 65534}), Role::kNone) << "nogroup proves nothing";
}

TEST(Role, ReadersLookAndChangeNothing) {
  for (const char* path : {"/v1/status", "/v1/events/follow", "/v1/configuration/candidate",
                           "/v1/configuration/versions/3", "/v1/ca"}) {
    EXPECT_TRUE(may(Role::kReader, verb::get, path)) << path;
    EXPECT_FALSE(may(Role::kReader, verb::post, path)) << path;
    EXPECT_FALSE(may(Role::kReader, verb::delete_, path)) << path;
    EXPECT_FALSE(may(Role::kNone, verb::get, path)) << path;
    EXPECT_TRUE(may(Role::kAdministrator, verb::delete_, path)) << path;
  }
  EXPECT_TRUE(may(Role::kReader, verb::post, "/v1/configuration/check"));
  for (const char* path :
       {"/v1/mirror", "/v1/licence", "/v1/configuration/commit", "/v1/configuration/checks"}) {
    EXPECT_FALSE(may(Role::kReader, verb::post, path)) << path;
  }
}

// Runs `work` in a process of user `nobody` that is in one group besides; whether it said true.
bool as_member_of(gid_t group, const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(1, &group) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) {
      ::_exit(2);
    }
    ::_exit(work() ? 0 : 1);
  }
  int how = 0;
  return ::waitpid(child, &how, 0) == child && how == 0;
}

TEST(Role, TheServerHoldsPeersToTheirs) {
  ASSERT_EQ(::geteuid(), 0U) << "run this as root: only root can become somebody else";
  ApiWorld world({.groups = kBoth});
  ASSERT_EQ(::chmod(world.folder.path().c_str(), 0755), 0);
  const Client client(world.socket);
  const auto discard = [&] { return client.remove("/v1/configuration/candidate").status(); };
  const auto clear = [&] { return client.remove("/v1/exclusions").status(); };
  EXPECT_TRUE(as_member_of(kReaders, [&] {
    return client.get("/v1/status") && client.get("/v1/configuration") &&
           client.post("/v1/configuration/check", "{}") && discard().code() == Code::kPermission &&
           clear().code() == Code::kPermission &&
           client.post("/v1/configuration/commit", "{}").status().code() == Code::kPermission &&
           client.stream("/v1/mirror", {}, [](std::string_view) { return true; }).code() ==
               Code::kPermission &&
           !client.post("/v1/configuration/check", std::string(4097, ' '));
  }));
  EXPECT_TRUE(as_member_of(kAdministrators, [&] {
    return client.get("/v1/status") && discard() && clear() &&
           client.post("/v1/configuration/check", std::string(4097, ' '));
  }));
  EXPECT_EQ(world.stats().forbidden, 0U);
  EXPECT_TRUE(as_member_of(
      kReaders + 1, [&] { return client.get("/v1/status").status().code() == Code::kPermission; }));
  EXPECT_EQ(world.stats().forbidden, 1U);
}

TEST(Role, WithoutGroupsTheSocketItselfKeepsStrangersOut) {
  ApiWorld world;
  struct stat about {};
  ASSERT_EQ(::stat(world.socket.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0660U);
  ApiWorld open({.groups = kBoth});
  ASSERT_EQ(::stat(open.socket.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0666U);
}

}  // namespace
}  // namespace vitrine::api
