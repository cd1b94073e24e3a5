#include "host/card/image/image.h"

#include <fmt/format.h>

#include "host/licence/signed_text.h"

namespace vitrine::card::image {
namespace {

Status check_part(const char* name, const Part& part, Bytes bytes) {
  const auto digest = sha256(bytes);
  if (!digest) {
    return digest.status();
  }
  return *digest == part.digest
             ? Status::ok()
             : Status(Code::kMalformed, fmt::format("the image's {} is damaged", name));
}

Result<Part> part_of(Bytes bytes) {
  const auto digest = sha256(bytes);
  return digest ? Result<Part>(Part{bytes.size(), *digest}) : digest.status();
}

}  // namespace

Result<Image> parse_image(Bytes bytes) {
  auto header = parse_manifest(bytes);
  if (!header) {
    return header.status();
  }
  ByteReader reader(bytes.subspan(header->size));
  Image image;
  image.bitstream = reader.take(header->manifest.bitstream.size);
  image.firmware = reader.take(header->manifest.firmware.size);
  if (!reader.ok() || !reader.at_end()) {
    return {Code::kMalformed, reader.ok() ? "not a card image: there are bytes behind its end"
                                          : "the card image is cut off"};
  }
  image.header = std::move(header).value();
  return image;
}

Status verify_image(const Image& image, EVP_PKEY* signer) {
  Status good =
      licence::check_signature(image.header.said, image.header.signature, signer, "image");
  if (good) {
    good = check_part("bitstream", image.manifest().bitstream, image.bitstream);
  }
  return good ? check_part("firmware", image.manifest().firmware, image.firmware) : good;
}

Result<Image> read_image(Bytes bytes, EVP_PKEY* signer) {
  auto image = parse_image(bytes);
  if (!image) {
    return image;
  }
  Status good = verify_image(*image, signer);
  return good ? std::move(image) : Result<Image>(good);
}

Result<std::vector<uint8_t>> build_image(Manifest manifest, Bytes bitstream, Bytes firmware,
                                         EVP_PKEY* signer) {
  const auto first = part_of(bitstream);
  const auto second = part_of(firmware);
  if (!first || !second) {
    return first ? second.status() : first.status();
  }
  manifest.bitstream = *first;
  manifest.firmware = *second;
  auto text = manifest_text(manifest);
  if (!text) {
    return text.status();
  }
  const auto signature = licence::sign_text(*text, signer);
  if (!signature) {
    return signature.status();
  }
  *text += signature_line(*signature);
  std::vector<uint8_t> bytes(text->begin(), text->end());
  bytes.insert(bytes.end(), bitstream.begin(), bitstream.end());
  bytes.insert(bytes.end(), firmware.begin(), firmware.end());
  return bytes;
}

}  // namespace vitrine::card::image
