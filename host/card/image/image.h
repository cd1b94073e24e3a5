// A card image: manifest (manifest.h), then the bitstream's bytes, then the firmware's, and nothing
// behind them.
//
// A reader goes three steps, and believes nothing before the step that proves it: parse_image()
// (structure; any bytes), verify_image() (the vendor's signature, then both digests), and the
// question whether the image fits the card at hand (flash/update.h).
#pragma once

#include <vector>

#include "host/base/openssl.h"
#include "host/card/image/manifest.h"

namespace vitrine::card::image {

inline constexpr size_t kMaxImage = kMaxManifest + kMaxBitstream + kMaxFirmware;

struct Image {
  SignedManifest header;
  Bytes bitstream;
  Bytes firmware;

  const Manifest& manifest() const { return header.manifest; }
};

// Views into `bytes`. kMalformed where the sizes do not add up to it exactly.
Result<Image> parse_image(Bytes bytes);

// kPermission: not signed by `signer`; kMalformed: a part is not the one that was signed.
Status verify_image(const Image& image, EVP_PKEY* signer);

// Both, as everybody but a test wants it.
Result<Image> read_image(Bytes bytes, EVP_PKEY* signer);

// Fills in the manifest's parts, signs, and puts it together. kInvalidArgument for what no manifest
// can say.
Result<std::vector<uint8_t>> build_image(Manifest manifest, Bytes bitstream, Bytes firmware,
                                         EVP_PKEY* signer);

}  // namespace vitrine::card::image
