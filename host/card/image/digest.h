// SHA-256 (FIPS 180-4).
#pragma once

#include <array>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine::card::image {

using Digest = std::array<uint8_t, 32>;

Result<Digest> sha256(Bytes bytes);

}  // namespace vitrine::card::image
