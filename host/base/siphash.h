// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed 64-bit hash that an attacker who chooses the
// input cannot steer. Any thread.
#pragma once

#include <array>
#include <cstdint>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine {

using SipKey = std::array<uint64_t, 2>;

// From the system's random numbers; kInternal where there are none.
Result<SipKey> random_sip_key();

uint64_t siphash(const SipKey& key, Bytes bytes);

}  // namespace vitrine
