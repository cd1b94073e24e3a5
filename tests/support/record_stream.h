// TLS record streams for tests, made and read with OpenSSL's own AES-GCM: the independent judge of
// what a record engine lets out.
//
// Keys here are test data and lie in plain vectors. Values; no threads.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "host/base/bytes.h"
#include "host/card/types.h"

namespace vitrine::test {

using ByteVector = std::vector<uint8_t>;
using Random = std::mt19937_64;

ByteVector random_bytes(Random& random, size_t size);
// Uniform in [low, high].
size_t random_in(Random& random, size_t low, size_t high);

// One direction of one leg, one generation.
struct StreamKey {
  ByteVector key;  // 16 or 32 bytes
  ByteVector iv;   // 12 bytes; TLS 1.2: salt and zeros

  static StreamKey random(Random& random, card::TlsVersion version, size_t key_size);
  card::RecordKey record_key() const;
};

// AES-GCM with a 12-byte nonce; the tag is appended.
ByteVector gcm_seal(const ByteVector& key, Bytes nonce, Bytes additional, Bytes plaintext);
// Nothing where the tag is wrong.
std::optional<ByteVector> gcm_open(const ByteVector& key, Bytes nonce, Bytes additional,
                                   Bytes sealed);

// Protects records as a TLS sender does.
class RecordWriter {
 public:
  RecordWriter(card::TlsVersion version, StreamKey key, uint64_t number, uint64_t explicit_nonce)
      : version_(version), key_(std::move(key)), number_(number), explicit_nonce_(explicit_nonce) {}

  // TLS 1.3: `padding` zeros follow the content type.
  ByteVector seal(uint8_t type, Bytes content, size_t padding = 0);
  // TLS 1.3: the sender's next generation.
  void rekey(StreamKey key) {
    key_ = std::move(key);
    number_ = 0;
  }

 private:
  card::TlsVersion version_;
  StreamKey key_;
  uint64_t number_;
  uint64_t explicit_nonce_;
};

// Reads records as a TLS receiver does, stopping for good at the first bad one. After a KeyUpdate
// it goes on with the next of `later`.
class RecordReader {
 public:
  RecordReader(card::TlsVersion version, StreamKey key, uint64_t number,
               std::vector<StreamKey> later = {})
      : version_(version), key_(std::move(key)), number_(number), later_(std::move(later)) {}

  struct Record {
    uint8_t type = 0;  // the inner one for TLS 1.3
    ByteVector content;
  };

  // Takes stream bytes in order. False once a record was bad.
  bool feed(Bytes bytes);
  const std::vector<Record>& records() const { return records_; }
  // Content of application data, joined.
  ByteVector data() const;
  bool bad() const { return bad_; }

 private:
  bool open(Bytes record);

  card::TlsVersion version_;
  StreamKey key_;
  uint64_t number_;
  std::vector<StreamKey> later_;
  ByteVector pending_;
  std::vector<Record> records_;
  bool bad_ = false;
};

}  // namespace vitrine::test
