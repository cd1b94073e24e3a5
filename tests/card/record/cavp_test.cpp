// NIST's AES-GCM vectors (CAVP gcmtestvectors: 96-bit IV, 128-bit tag), through the record engine's
// own counter mode and sums, each ciphertext cut at random and its pieces taken in random order.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "host/card/soft/record/leg_key.h"
#include "host/card/soft/record/record_sum.h"
#include "tests/support/record_stream.h"

namespace vitrine::card::soft {
namespace {

using test::ByteVector;
using test::Random;

const char* const kFolder = "/usr/lib/python3/dist-packages/cryptography_vectors/ciphers/AES/GCM/";

struct Vector {
  std::map<std::string, std::string> fields;
  bool fails = false;

  ByteVector bytes(const char* name) const {
    const auto found = fields.find(name);
    const std::string hex = found == fields.end() ? "" : found->second;
    ByteVector out;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
      out.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    return out;
  }
};

std::vector<Vector> read_vectors(const std::string& name) {
  std::ifstream file(kFolder + name);
  std::vector<Vector> vectors;
  std::string line;
  bool wanted = false;
  std::map<std::string, std::string> section;
  while (std::getline(file, line)) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    const size_t equals = line.find(" =");
    if (line.starts_with("[") && equals != std::string::npos) {
      section[line.substr(1, equals - 1)] = line.substr(equals + 3, line.size() - equals - 4);
      wanted = section["IVlen"] == "96" && section["Taglen"] == "128";
    } else if (line == "FAIL" && !vectors.empty() && wanted) {
      vectors.back().fails = true;
    } else if (equals != std::string::npos && wanted) {
      const std::string key = line.substr(0, equals);
      if (key == "Count") {
        vectors.emplace_back();
      }
      vectors.back().fields[key] = line.size() > equals + 3 ? line.substr(equals + 3) : "";
    }
  }
  return vectors;
}

struct Opened {
  ByteVector text;
  ByteVector tag;
};

// Runs counter mode over the pieces of `text` in random order and sums the ciphertext, which is
// `text` itself where it is opened and the result where it is sealed.
Opened run_in_pieces(const Vector& vector, const ByteVector& text, bool seal, Random& random) {
  static const AesEngine kEngine;
  LegKey key;
  ByteVector iv = vector.bytes("IV");
  key.set(kEngine, {Secret(Bytes(vector.bytes("Key"))), Secret(Bytes(iv))});
  Nonce nonce;
  std::memcpy(nonce.bytes, iv.data(), 12);
  ByteVector room(16);  // the engine borrows the bytes before a piece
  room.insert(room.end(), text.begin(), text.end());
  std::vector<std::pair<size_t, size_t>> pieces;
  for (size_t at = 0; at < text.size();) {
    const size_t size = std::min(text.size() - at, test::random_in(random, 1, 40));
    pieces.emplace_back(at, size);
    at += size;
  }
  std::shuffle(pieces.begin(), pieces.end(), random);
  GhashBlock sum = frame_sum(key.ghash(), vector.bytes("AAD"), text.size());
  for (const auto& [at, size] : pieces) {
    const MutableBytes piece = MutableBytes(room).subspan(16 + at, size);
    if (!seal) {
      sum ^= piece_sum(key.ghash(), text.size(), piece, at);
    }
    kEngine.crypt(key.aes(), nonce, piece, at);
    if (seal) {
      sum ^= piece_sum(key.ghash(), text.size(), piece, at);
    }
  }
  uint8_t mask[16];
  kEngine.tag_mask(key.aes(), nonce, mask);
  sum ^= load_ghash_block(mask);
  Opened result{ByteVector(room.begin() + 16, room.end()), ByteVector(16)};
  store_ghash_block(result.tag.data(), sum);
  return result;
}

class Cavp : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(secure_memory_init());
    if (!std::filesystem::exists(kFolder)) {
      FAIL() << "package python3-cryptography-vectors is not installed: run script/bootstrap";
    }
  }
};

TEST_P(Cavp, EncryptVectorsMatch) {
  const auto vectors = read_vectors(std::string("gcmEncryptExtIV") + GetParam() + ".rsp");
  Random random(11);
  for (const Vector& vector : vectors) {
    const Opened got = run_in_pieces(vector, vector.bytes("PT"), true, random);
    ASSERT_EQ(got.text, vector.bytes("CT"));
    ASSERT_EQ(got.tag, vector.bytes("Tag"));
  }
  std::printf("CAVP AES-%s encrypt: %zu vectors\n", GetParam(), vectors.size());
  EXPECT_GT(vectors.size(), 300U);
}

TEST_P(Cavp, DecryptVectorsMatchAndBadTagsAreSeen) {
  const auto vectors = read_vectors(std::string("gcmDecrypt") + GetParam() + ".rsp");
  Random random(12);
  size_t bad = 0;
  for (const Vector& vector : vectors) {
    const Opened got = run_in_pieces(vector, vector.bytes("CT"), false, random);
    if (vector.fails) {
      ++bad;
      ASSERT_NE(got.tag, vector.bytes("Tag"));
    } else {
      ASSERT_EQ(got.tag, vector.bytes("Tag"));
      ASSERT_EQ(got.text, vector.bytes("PT"));
    }
  }
  std::printf("CAVP AES-%s decrypt: %zu vectors, %zu of them to be refused\n", GetParam(),
              vectors.size(), bad);
  EXPECT_GT(vectors.size(), 300U);
  EXPECT_GT(bad, 50U);
}

INSTANTIATE_TEST_SUITE_P(KeySizes, Cavp, testing::Values("128", "256"),
                         [](const auto& size) { return std::string("Aes") + size.param; });

}  // namespace
}  // namespace vitrine::card::soft
