#include "tests/card/image/world.h"

#include <random>

namespace vitrine::card {
namespace {

std::vector<uint8_t> noise(const std::string& seed, size_t size) {
  std::seed_seq sequence(seed.begin(), seed.end());
  std::mt19937 random(sequence);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random());
  }
  return bytes;
}

}  // namespace

UniquePkey new_image_key() { return UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

image::Manifest sample_manifest(const std::string& version, const std::string& board) {
  image::Manifest manifest;
  manifest.version = image::parse_version(version).value();
  manifest.firmware_version = {1, 2, 0};
  manifest.board = board;
  manifest.uuid = "6f9619ff8b86d011b42d00c04fc964ff";
  manifest.register_map = 0xb538ea7f;
  return manifest;
}

std::vector<uint8_t> sample_image(EVP_PKEY* signer, const std::string& version,
                                  size_t bitstream_size, size_t firmware_size,
                                  const std::string& board) {
  return image::build_image(sample_manifest(version, board),
                            noise(version + " bitstream", bitstream_size),
                            noise(version + " firmware", firmware_size), signer)
      .value();
}

}  // namespace vitrine::card
