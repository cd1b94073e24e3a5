// A flow command as the words of the card's flow mailbox.
//
// Words are 32 bits; byte strings (addresses, IVs, keys) lie in memory order: their first byte in
// bits 7:0 of the lowest word.
//
//   0, 1    flow id, low and high
//   2       15:0 connection index, 17:16 action, 19:18 opener's port, 23:20 IP version, 31:24
//           protocol
//   3       12:0 outer VLAN id, 28:16 inner (0x1fff: none)
//   4       15:0 source port, 31:16 destination port
//   5       idle timeout, ms
//   6       TLS version, 0 where not spliced
//   8..15   source and destination address, 16 bytes each (IPv4: the first four)
//   16..79  the direction from inside, 80..143 from outside; offsets within one:
//     0..2    sequence delta, timestamp delta, first sequence number
//     3       flags: 0 next keys, 1 strict, 5:4 tap mode, AES-256: 8 in, 9 out, 10 next in, 11 next
//             out
//     4..9    in record, out record, explicit nonce going out (64 bits each)
//     10      bytes to tap
//     12, 16, 20, 24  IVs: in, out, next in, next out (12 bytes each)
//     28, 36, 44, 52  keys in that order (32 bytes each)
//
// Ownership: the words lie in locked memory and are wiped when the image goes. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/secret.h"
#include "host/base/status.h"
#include "host/card/types.h"

namespace vitrine::card {

// Where the card keeps a connection, and how the host calls it.
struct FlowHandle {
  FlowId id = 0;
  uint16_t connection = 0;
};

class FlowImage {
 public:
  static constexpr size_t kNameWords = 3;  // what statistics need
  static constexpr size_t kKeyWords = 16;  // what a removal needs
  static constexpr size_t kDirectionWords = 64;
  static constexpr size_t kWords = kKeyWords + 2 * kDirectionWords;

  // kInvalidArgument: a spec that cannot be (card.h); kExhausted: no locked memory left.
  static Result<FlowImage> install(const FlowHandle& flow, const FlowSpec& spec);
  static Result<FlowImage> remove(const FlowHandle& flow, const FlowKey& key);
  static Result<FlowImage> statistics(const FlowHandle& flow);
  // The generation after the one in use, as the direction's next keys.
  static Result<FlowImage> update_keys(const FlowHandle& flow, Direction direction,
                                       const RecordKey& in, const RecordKey& out);

  // Words that the command reads; the mailbox's others may hold anything.
  size_t size() const { return size_; }
  // REQUIRES: i < kWords.
  uint32_t word(size_t i) const;

 private:
  explicit FlowImage(const FlowHandle& flow);
  bool valid() const { return words_.valid(); }
  void put(size_t word, uint32_t value);
  void put64(size_t word, uint64_t value);
  void put_bytes(size_t word, Bytes bytes);
  void put_key(const FlowKey& key);
  void put_record_key(size_t direction, size_t which, const RecordKey& key);
  void put_direction(Direction direction, const SpliceDirection& splice, TlsVersion version);

  Secret words_;
  size_t size_ = 0;
};

}  // namespace vitrine::card
