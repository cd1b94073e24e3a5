// Images, keys and flashes for tests.
#pragma once

#include <string>
#include <vector>

#include "host/base/openssl.h"
#include "host/card/flash/slots.h"
#include "host/card/image/image.h"

namespace vitrine::card {

UniquePkey new_image_key();
// `version` as "1.4.0"; sizes in bytes; the content follows from the version.
std::vector<uint8_t> sample_image(EVP_PKEY* signer, const std::string& version,
                                  size_t bitstream_size = 150'000, size_t firmware_size = 5000,
                                  const std::string& board = "u55c");
image::Manifest sample_manifest(const std::string& version, const std::string& board = "u55c");

inline constexpr uint64_t kTestFlash = 12 * flash::kSector;

}  // namespace vitrine::card
