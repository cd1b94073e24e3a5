// Entries of the rings between card and host: a header of 64 bytes, then bytes.
//
// An entry takes 16 KiB of the ring, whatever its length, so that its place follows from its
// number. All fields are little-endian. What the card wrote is not trusted: decoding checks every
// field. Values and views of the ring's memory; any thread.
#pragma once

#include <cstdint>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/card/card.h"

namespace vitrine::card::driver {

constexpr size_t kEntryBytes = 16384;
constexpr size_t kEntryHeader = 64;
constexpr size_t kMaxEntryBody = kEntryBytes - kEntryHeader;
// A connection's statistics, as a command and a closed event give them back.
constexpr size_t kResultWords = 32;

// REQUIRES: kResultWords words.
FlowStats decode_stats(const uint32_t* words);

// An entry of the punt ring: bytes 0 type, 1 port, 2 reason, 3 direction, 4..5 length of the body,
// 6..7 connection, 8..15 flow id, 16..23 record, 24..27 key generation, 28..31 number.
struct PuntEntry {
  enum class Type : uint8_t { kPunt = 0, kClosed = 1, kKeyUpdate = 2 };
  Type type = Type::kPunt;
  Port port = Port::kInside;                     // punt
  PuntReason reason = PuntReason::kRule;         // punt
  CloseReason close_reason = CloseReason::kFin;  // closed
  Direction direction = Direction::kFromInside;
  FlowId flow = 0;
  uint64_t record = 0;      // closed
  uint32_t generation = 0;  // key update
  Bytes frame;              // punt
  FlowStats stats;          // closed
};
// kMalformed where the entry is not one that a card may write, or not number `number`.
// REQUIRES: kEntryBytes bytes.
Result<PuntEntry> decode_punt(Bytes entry, uint32_t number);

// An entry of the tap ring: bytes 0 type, 1 direction, 2 content type, 3 verified, 4..5 length of
// the body, 8..15 flow id, 16..23 record, 24..27 offset, 28..31 plaintext length, 32..35 number.
struct TapEntry {
  enum class Type : uint8_t { kBytes = 0, kRecord = 1 };
  Type type = Type::kBytes;
  TapBytes bytes;
  TapRecord record;
  FlowId flow = 0;
};
Result<TapEntry> decode_tap(Bytes entry, uint32_t number);

// An entry of the inject ring: bytes 0 how, 1 port, 4..5 length of the frame.
// REQUIRES: kEntryBytes bytes; a frame of at most kMaxEntryBody.
void encode_inject(MutableBytes entry, InjectAs how, Port port, Bytes frame);

}  // namespace vitrine::card::driver
