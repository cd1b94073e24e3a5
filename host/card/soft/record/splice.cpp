#include "host/card/soft/record/splice.h"

#include <string>

#include "host/card/soft/record/record_splicer.h"

namespace vitrine::card::soft {

SplicePools::SplicePools(const SplicePoolLimits& limits)
    : chunks_(std::make_unique<RecordChunkPool>(limits.record_chunks, limits.records_in_flight)),
      frames_(std::make_unique<FramePool>(limits.held_small_frames, limits.held_large_frames)),
      aes_(std::make_unique<AesEngine>()) {}

SplicePools::~SplicePools() = default;

size_t SplicePools::free_record_chunks() const { return chunks_->available(); }
size_t SplicePools::free_held_frames() const { return frames_->available(); }

const char* SplicePools::crypto_path() {
  static const std::string path =
      std::string("aes ") + AesEngine().path() + ", ghash " + ghash_paths().front()->name;
  return path.c_str();
}

Result<std::unique_ptr<Splicer>> make_splicer(const Splice& splice, SplicePools& pools) {
  if (!pools.aes().ok()) {
    return {Code::kInternal, "AES library: not started or wrong in a known answer"};
  }
  auto splicer = std::make_unique<RecordSplicer>(splice, pools);
  if (Status status = splicer->start(splice); !status) {
    return status;
  }
  return std::unique_ptr<Splicer>(std::move(splicer));
}

}  // namespace vitrine::card::soft
