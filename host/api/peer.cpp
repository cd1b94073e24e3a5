#include "host/api/peer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <pwd.h>
#include <sys/socket.h>

namespace vitrine::api {
namespace {

constexpr uint32_t kNobody = 65534;  // user and group

}  // namespace

Result<PeerCredentials> peer_credentials(int socket) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return Status::from_errno("SO_PEERCRED", errno);
  }
  PeerCredentials peer{credentials.uid, credentials.gid, {}};
  length = 0;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &length) == 0 || errno != ERANGE) {
    return peer;  // none
  }
  peer.supplementary.resize(length / sizeof(gid_t));
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.supplementary.data(), &length) != 0) {
    return Status::from_errno("SO_PEERGROUPS", errno);
  }
  return peer;
}

std::string name_of(const PeerCredentials& peer) {
  std::array<char, 4096> room{};
  passwd entry{};
  passwd* found = nullptr;
  const std::string number = "uid " + std::to_string(peer.user);
  return ::getpwuid_r(peer.user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr
             ? std::string(found->pw_name) + " (" + number + ")"
             : number;
}

bool may_manage(const PeerCredentials& peer, uid_t daemon_user, gid_t daemon_group) {
  const bool same_user = peer.user == daemon_user && daemon_user != kNobody;
  const bool same_group =
      daemon_group != kNobody &&
      (peer.group == daemon_group || std::find(peer.supplementary.begin(), peer.supplementary.end(),
                                               daemon_group) != peer.supplementary.end());
  return peer.user == 0 || same_user || same_group;
}

}  // namespace vitrine::api
