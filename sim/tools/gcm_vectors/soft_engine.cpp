#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

#include "sim/tools/gcm_vectors/engine.h"

#include "host/card/soft/record/leg_key.h"
#include "host/card/soft/record/record_sum.h"

namespace vitrine::gcm {
namespace {

namespace soft = card::soft;

class SoftEngine : public Engine {
 public:
  SoftEngine() {
    if (!secure_memory_init() || !aes_.ok()) {
      throw std::runtime_error("the soft record engine does not start");
    }
  }
  std::string not_applicable(const Vector& vector) const override {
    return not_applicable_to_records(vector);
  }
  Result seal(const Vector& vector) override { return run(vector, vector.plain, true); }
  Result open(const Vector& vector) override { return run(vector, vector.cipher, false); }

 private:
  Result run(const Vector& vector, const ByteVector& text, bool seals) {
    soft::LegKey key;
    key.set(aes_, {Secret(Bytes(vector.key)), Secret(Bytes(vector.iv))});
    soft::Nonce nonce;
    std::memcpy(nonce.bytes, vector.iv.data(), sizeof nonce.bytes);
    ByteVector room(16);  // the engine borrows the bytes before a piece
    room.insert(room.end(), text.begin(), text.end());
    std::vector<std::pair<size_t, size_t>> pieces;
    for (size_t at = 0; at < text.size();) {
      const size_t size = std::min(text.size() - at, static_cast<size_t>(1 + random_() % 40));
      pieces.emplace_back(at, size);
      at += size;
    }
    std::shuffle(pieces.begin(), pieces.end(), random_);
    soft::GhashBlock sum = soft::frame_sum(key.ghash(), vector.aad, text.size());
    for (const auto& [at, size] : pieces) {
      const MutableBytes piece = MutableBytes(room).subspan(16 + at, size);
      if (!seals) {
        sum ^= soft::piece_sum(key.ghash(), text.size(), piece, at);
      }
      aes_.crypt(key.aes(), nonce, piece, at);
      if (seals) {
        sum ^= soft::piece_sum(key.ghash(), text.size(), piece, at);
      }
    }
    uint8_t mask[16];
    aes_.tag_mask(key.aes(), nonce, mask);
    sum ^= soft::load_ghash_block(mask);
    Result result{ByteVector(room.begin() + 16, room.end()), ByteVector(16)};
    soft::store_ghash_block(result.tag.data(), sum);
    return result;
  }

  soft::AesEngine aes_;
  std::mt19937_64 random_{1};
};

}  // namespace

std::unique_ptr<Engine> make_soft_engine() { return std::make_unique<SoftEngine>(); }

}  // namespace vitrine::gcm
