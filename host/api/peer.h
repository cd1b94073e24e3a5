// Who is at the other end of a Unix socket, and whether they may manage the appliance.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "host/base/status.h"

namespace vitrine::api {

struct PeerCredentials {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> supplementary;
};

// SO_PEERCRED and SO_PEERGROUPS: as they were when the peer connected.
Result<PeerCredentials> peer_credentials(int socket);

// "ada (uid 1000)", or "uid 1000" where the machine knows no name.
std::string name_of(const PeerCredentials& peer);

// Root, the daemon's own user, or a member of the daemon's group. "nobody" (65534) proves nothing:
// many processes are, and so is every user that a namespace does not map.
bool may_manage(const PeerCredentials& peer, uid_t daemon_user, gid_t daemon_group);

}  // namespace vitrine::api
