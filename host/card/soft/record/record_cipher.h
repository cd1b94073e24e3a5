// Opens and seals pieces of a record in place, and keeps the sums that become its two tags.
//
// A piece is opened (its ciphertext added to the incoming sum, then decrypted), looked at, and
// sealed (encrypted, its ciphertext added to the outgoing sum). A piece that was seen before is
// opened and sealed without touching the sums. REQUIRES, for all: the 16 bytes before a piece are
// writable (they are put back as they were). Threads: the engine's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/bytes.h"
#include "host/card/soft/record/aes_ctr.h"
#include "host/card/soft/record/leg_key.h"
#include "host/card/soft/record/record_slot.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

class RecordCipher {
 public:
  // The engine outlives the cipher.
  RecordCipher(const AesEngine& aes, TlsVersion version) : aes_(aes), version_(version) {}

  // The whole ciphertext, of which nothing was seen before: decrypts it; true where `tag` is right.
  // Then seal_whole(); a record that is not right must not leave.
  bool open_whole(const LegKey& key, RecordSlot& slot, MutableBytes text, const uint8_t* tag) const;
  void seal_whole(const LegKey& key, RecordSlot& slot, MutableBytes text) const;

  // Bytes [offset, offset + piece.size()) of the ciphertext.
  void open(const LegKey& key, RecordSlot& slot, MutableBytes piece, size_t offset,
            bool fresh) const;
  void seal(const LegKey& key, RecordSlot& slot, MutableBytes piece, size_t offset,
            bool fresh) const;
  // Turns the sums into the tags. REQUIRES: all of the ciphertext is in the sums.
  void finish(const GenerationKeys& keys, RecordSlot& slot) const;

 private:
  AdditionalData additional_data(const RecordSlot& slot, uint64_t number) const {
    return AdditionalData(version_, slot.type, number, slot.text);
  }

  const AesEngine& aes_;
  TlsVersion version_;
};

}  // namespace vitrine::card::soft
