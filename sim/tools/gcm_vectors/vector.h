// One published AES-GCM test case, whatever file it came from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitrine::gcm {

using ByteVector = std::vector<uint8_t>;

struct Vector {
  std::string name;      // file and number, for messages
  bool seals = false;    // says what sealing the plaintext gives
  bool opens = false;    // says what opening the ciphertext gives
  bool refused = false;  // opening must fail: ciphertext, tag or AAD is wrong
  ByteVector key;
  ByteVector iv;
  ByteVector aad;
  ByteVector plain;  // unknown where refused
  ByteVector cipher;
  ByteVector tag;
};

}  // namespace vitrine::gcm
