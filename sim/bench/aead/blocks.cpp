#include "sim/bench/aead/blocks.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>

namespace vitrine::bench {

ByteVector random_bytes(std::mt19937_64& random, size_t size) {
  ByteVector bytes(size);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random());
  }
  return bytes;
}

ByteVector from_hex(std::string_view hex) {
  ByteVector bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

Block aes_encrypt(Bytes key, Bytes block) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  const EVP_CIPHER* const cipher = key.size() == 32 ? EVP_aes_256_ecb() : EVP_aes_128_ecb();
  Block out;
  int size = 0;
  const bool done = EVP_EncryptInit_ex(context, cipher, nullptr, key.data(), nullptr) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                    EVP_EncryptUpdate(context, out.data(), &size, block.data(), 16) == 1 &&
                    size == 16;
  EVP_CIPHER_CTX_free(context);
  if (!done) {
    throw std::runtime_error("OpenSSL's AES failed");
  }
  return out;
}

Block gf_multiply(const Block& left, const Block& right) {
  Block product{};
  Block shifted = right;
  for (size_t bit = 0; bit < 128; ++bit) {
    if ((left[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      product ^= shifted;
    }
    const bool out = (shifted[15] & 1) != 0;
    for (size_t i = 15; i > 0; --i) {
      shifted[i] = static_cast<uint8_t>(shifted[i] >> 1 | shifted[i - 1] << 7);
    }
    shifted[0] = static_cast<uint8_t>(shifted[0] >> 1 ^ (out ? 0xe1 : 0));
  }
  return product;
}

Block gf_power(const Block& base, uint64_t exponent) {
  Block power{0x80};
  for (uint64_t i = 0; i < exponent; ++i) {
    power = gf_multiply(power, base);
  }
  return power;
}

void operator^=(Block& left, const Block& right) {
  for (size_t i = 0; i < left.size(); ++i) {
    left[i] = static_cast<uint8_t>(left[i] ^ right[i]);
  }
}

Block to_block(Bytes bytes) {
  Block block;
  std::copy_n(bytes.begin(), block.size(), block.begin());
  return block;
}

}  // namespace vitrine::bench
