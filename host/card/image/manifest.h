// The manifest of a card image: a signed text in front of what it describes.
//
//   Vitrine card image 1
//   version: 1.4.0
//   firmware-version: 1.2.0
//   board: u55c
//   uuid: 6f9619ff8b86d011b42d00c04fc964ff
//   register-map: b538ea7f
//   bitstream: 41943040 SHA-256 in hexadecimal
//   firmware: 65536 SHA-256 in hexadecimal
//   signature: BASE64
//
// Every field once, in this order; lines end in a newline alone; hexadecimal is in lower case. The
// Ed25519 signature is over every byte before the signature's line. So one image has one text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/card/image/digest.h"
#include "host/card/image/version.h"

namespace vitrine::card::image {

inline constexpr size_t kMaxManifest = 2048;
inline constexpr size_t kMaxBitstream = 120U << 20;
inline constexpr size_t kMaxFirmware = 1U << 20;

struct Part {
  size_t size = 0;  // bytes
  Digest digest{};

  bool operator==(const Part&) const = default;
};

struct Manifest {
  Version version;           // of the image as a whole; what downgrades are told by
  Version firmware_version;  // of the management core's program
  std::string board;         // "u55c"; "sim" for the simulated card
  std::string uuid;          // 32 hexadecimal digits: the bitstream's own name for itself
  uint32_t register_map = 0;
  Part bitstream;
  Part firmware;

  bool operator==(const Manifest&) const = default;
};

struct SignedManifest {
  Manifest manifest;
  std::string_view said;       // what the signature is over
  std::string_view signature;  // base 64
  size_t size = 0;             // bytes of the whole text
};

// From the beginning of `bytes`, which the result's views point into. kMalformed where there is no
// manifest. The signature is not looked at.
Result<SignedManifest> parse_manifest(Bytes bytes);

// The text to be signed. kInvalidArgument where a field cannot be written so that it reads back.
Result<std::string> manifest_text(const Manifest& manifest);
// The last line.
std::string signature_line(std::string_view signature);

}  // namespace vitrine::card::image
