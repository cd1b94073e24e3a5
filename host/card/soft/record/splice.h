// Makes the record engine of one spliced connection, and the memory that all of them share.
//
// Ownership: the pools outlive every splicer made from them.
// Threads: pools and their splicers belong to one thread; nothing here locks.
// Memory: make_splicer() and Splicer::update_keys() may allocate, Splicer::process() never does:
// record slots and held frames come from the pools, and where a pool is empty the packet is dropped
// with a reason.
#pragma once

#include <cstddef>
#include <memory>

#include "host/base/status.h"
#include "host/card/soft/splicer.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

struct SplicePoolLimits {
  size_t record_chunks = 4096;  // of 32 record slots; a direction with nothing in flight uses none
  size_t held_small_frames = 512;   // strict: frames of at most 2 KiB
  size_t held_large_frames = 64;    // strict: coalesced frames of at most 66 KiB
  size_t records_in_flight = 1024;  // a direction, at most; fewer to model a card's smaller ring
};

class RecordChunkPool;
class FramePool;
class AesEngine;

class SplicePools {
 public:
  explicit SplicePools(const SplicePoolLimits& limits = {});
  ~SplicePools();
  SplicePools(const SplicePools&) = delete;
  SplicePools& operator=(const SplicePools&) = delete;

  RecordChunkPool& chunks() { return *chunks_; }
  FramePool& frames() { return *frames_; }
  AesEngine& aes() { return *aes_; }

  size_t free_record_chunks() const;
  size_t free_held_frames() const;
  // A line for people: which instructions the cryptography uses, e.g. "aes vaes-avx512, ghash
  // vpclmul".
  static const char* crypto_path();

 private:
  std::unique_ptr<RecordChunkPool> chunks_;
  std::unique_ptr<FramePool> frames_;
  std::unique_ptr<AesEngine> aes_;
};

// kInvalidArgument where keys or IVs have the wrong size, or differ in what a splice needs equal;
// kInternal where the library fails its self-test.
Result<std::unique_ptr<Splicer>> make_splicer(const Splice& splice, SplicePools& pools);

}  // namespace vitrine::card::soft
