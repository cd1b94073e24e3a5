#include "host/api/role.h"

#include <algorithm>

namespace vitrine::api {
namespace {

constexpr gid_t kNogroup = 65534;  // proves nothing, as in peer.h

bool is_member(const PeerCredentials& peer, const std::optional<gid_t>& group) {
  return group && *group != kNogroup &&
         (peer.group == *group || std::find(peer.supplementary.begin(), peer.supplementary.end(),
                                            *group) != peer.supplementary.end());
}

}  // namespace

Role role_of(const PeerCredentials& peer, uid_t daemon_user, gid_t daemon_group,
             const RoleGroups& groups) {
  if (may_manage(peer, daemon_user, daemon_group) || is_member(peer, groups.administrators)) {
    return Role::kAdministrator;
  }
  return is_member(peer, groups.readers) ? Role::kReader : Role::kNone;
}

bool may(Role role, boost::beast::http::verb method, std::string_view path) {
  using boost::beast::http::verb;
  switch (role) {
    case Role::kAdministrator:
      return true;
    case Role::kReader:
      return method == verb::get || (method == verb::post && path == "/v1/configuration/check");
    case Role::kNone:
      break;
  }
  return false;
}

}  // namespace vitrine::api
