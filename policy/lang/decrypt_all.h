// The text of the simplest policy: decrypt everything but what the bypassed networks open or serve.
//
// What `vitrined` runs by where no policy was given.
#pragma once

#include <string>
#include <vector>

#include "host/base/net.h"

namespace vitrine::policy {

inline constexpr const char* kDecryptAllRule = "decrypt-all";
inline constexpr const char* kBypassRule = "bypassed-networks";

// A ClientHello that cannot be read is blocked, not let through: nothing may pass undecrypted
// unless a bypass names it.
std::string decrypt_all_policy(const std::vector<IpNetwork>& bypassed, bool block_quic);

}  // namespace vitrine::policy
