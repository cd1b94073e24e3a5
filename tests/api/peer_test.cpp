#include "host/api/peer.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/base/unique_fd.h"

namespace vitrine::api {
namespace {

constexpr uid_t kDaemon = 100;
constexpr gid_t kGroup = 200;

TEST(PeerCheck, RootTheDaemonAndItsGroupMayManage) {
  EXPECT_TRUE(may_manage({0, 5, {}}, kDaemon, kGroup));
  EXPECT_TRUE(may_manage({kDaemon, 5, {}}, kDaemon, kGroup));
  EXPECT_TRUE(may_manage({5, kGroup, {}}, kDaemon, kGroup));
  EXPECT_TRUE(may_manage({5, 5, {6, kGroup}}, kDaemon, kGroup));
}

TEST(PeerCheck, OthersMayNot) {
  EXPECT_FALSE(may_manage({5, 5, {}}, kDaemon, kGroup));
  EXPECT_FALSE(may_manage({5, 0, {6, 7}}, kDaemon, kGroup)) << "group root alone is not enough";
  EXPECT_FALSE(may_manage({kGroup, kDaemon, {}}, kDaemon, kGroup));
}

TEST(PeerCheck, NobodyIsNobodysUserOrGroup) {
  EXPECT_FALSE(may_manage({65534, 5, {}}, 65534, kGroup));
  EXPECT_FALSE(may_manage({5, 65534, {65534}}, kDaemon, 65534));
}

TEST(PeerCheck, CredentialsAreThoseOfThePeer) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const UniqueFd a(ends[0]);
  const UniqueFd b(ends[1]);
  const auto peer = peer_credentials(a.get());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->user, ::geteuid());
  EXPECT_EQ(peer->group, ::getegid());
  EXPECT_EQ(static_cast<int>(peer->supplementary.size()), ::getgroups(0, nullptr));
}

TEST(PeerCheck, NoSocketIsAnError) { EXPECT_FALSE(peer_credentials(-1)); }

}  // namespace
}  // namespace vitrine::api
