// What a peer of the API may do, by its Unix groups.
//
// An administrator may do everything. A reader may look: everything that GET answers, and checking
// the candidate; never decrypted traffic, which is asked for by POST. Security claim: no request of
// a reader changes anything (tests/api/role_test.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>  // verb.hpp needs it and does not say so
#include <string_view>

#include <boost/beast/http/verb.hpp>

#include "host/api/peer.h"

namespace vitrine::api {

enum class Role : uint8_t { kNone, kReader, kAdministrator };

// Whose members have which role, beside root, the daemon's user and the daemon's group, who are
// administrators.
struct RoleGroups {
  std::optional<gid_t> administrators;
  std::optional<gid_t> readers;

  // Whether peers beside those of the daemon's group are to be let in.
  bool any() const { return administrators.has_value() || readers.has_value(); }
};

Role role_of(const PeerCredentials& peer, uid_t daemon_user, gid_t daemon_group,
             const RoleGroups& groups);

// `path`: the target's, decoded.
bool may(Role role, boost::beast::http::verb method, std::string_view path);

}  // namespace vitrine::api
