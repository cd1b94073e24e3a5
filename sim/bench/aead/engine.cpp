#include "sim/bench/aead/engine.h"

#include <algorithm>

#include <Vaead_engine___024root.h>

namespace vitrine::bench {
namespace {

constexpr size_t kBeatBytes = 64;

// Writes fields into a packed struct, the first field on top.
class Fields {
 public:
  Fields(uint32_t* words, size_t bits) : words_(words), left_(bits) {}

  void put(uint64_t value, size_t bits) {
    left_ -= bits;
    for (size_t i = 0; i < bits; ++i) {
      const size_t at = left_ + i;
      words_[at / 32] |= static_cast<uint32_t>(value >> i & 1) << (at % 32);
    }
  }
  // `bytes`, then zeros up to `size`.
  void put_bytes(const ByteVector& bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      put(i < bytes.size() ? bytes[i] : 0, 8);
    }
  }

 private:
  uint32_t* words_;
  size_t left_;
};

constexpr size_t kPieceBits = 1051;
constexpr size_t kSumBits = 400;

VlWide<33> pack(const Piece& piece, bool last) {
  VlWide<33> bits;
  std::fill_n(bits.data(), 33, 0);
  Fields fields(bits.data(), kPieceBits);
  fields.put(last ? 1 : 0, 1);
  fields.put(static_cast<uint64_t>(piece.kind), 2);
  fields.put(piece.id, 16);
  fields.put(piece.start, 14);
  fields.put(piece.bytes, 14);
  fields.put(piece.offset, 15);
  fields.put(piece.text_bytes, 15);
  fields.put(piece.tag_bytes, 5);
  fields.put(piece.add ? 3 : 0, 2);
  fields.put(piece.in_key.size() == 32 ? 1 : 0, 1);
  fields.put(piece.out_key.size() == 32 ? 1 : 0, 1);
  fields.put(piece.in_aad.size(), 5);
  fields.put_bytes(piece.in_aad, 16);
  fields.put_bytes(piece.out_aad, 16);
  fields.put_bytes(piece.in_nonce, 12);
  fields.put_bytes(piece.out_nonce, 12);
  fields.put_bytes(piece.in_key, 32);
  fields.put_bytes(piece.out_key, 32);
  return bits;
}

Sum unpack(const VlWide<13>& bits) {
  const ByteVector bytes = get_top(bits, kSumBits / 8);
  Sum sum;
  sum.id = load_be16(bytes.data());
  sum.in_sum = to_block(Bytes(bytes).subspan(2, 16));
  sum.out_sum = to_block(Bytes(bytes).subspan(18, 16));
  sum.in_tag = to_block(Bytes(bytes).subspan(34, 16));
  return sum;
}

uint8_t byte_of(const VlWide<16>& data, size_t i) {
  return static_cast<uint8_t>(data[i / 4] >> (8 * (i % 4)));
}

}  // namespace

Engine::Engine(int seed, unsigned stall_percent)
    : model_(seed),
      beat_stalls_(stall_percent, static_cast<uint64_t>(seed) * 2),
      piece_stalls_(stall_percent, static_cast<uint64_t>(seed) * 2 + 1) {
  model_->zeroize_i = 0;
  model_->in_valid_i = 0;
  model_->piece_valid_i = 0;
  model_.reset();
  zeroize();  // as at power-on: memories hold anything
  model_.add(*this);
}

void Engine::zeroize() {
  beats_.clear();
  pieces_.clear();
  beat_offered_ = false;
  piece_offered_ = false;
  model_->in_valid_i = 0;
  model_->piece_valid_i = 0;
  std::fill_n(model_->piece_i.data(), 33, 0);  // the source's keys are not the engine's matter
  model_->zeroize_i = 1;
  constexpr int kZeroizeClocks = 96;
  model_.ticks(kZeroizeClocks);
  model_->zeroize_i = 0;
  frame_ = {};  // what was on its way out in the first clock
  frames_due_ = 0;
  sums_due_ = 0;
}

void Engine::send(const ByteVector& frame, const std::vector<Piece>& pieces) {
  for (size_t at = 0; at < frame.size(); at += kBeatBytes) {
    const size_t size = std::min(kBeatBytes, frame.size() - at);
    const auto from = frame.begin() + static_cast<std::ptrdiff_t>(at);
    beats_.push_back(
        {ByteVector(from, from + static_cast<std::ptrdiff_t>(size)), at + size == frame.size()});
  }
  ++frames_due_;
  if (pieces.empty()) {
    pieces_.push_back(pack(Piece(), true));
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    pieces_.push_back(pack(pieces[i], i + 1 == pieces.size()));
    sums_due_ += pieces[i].kind == PieceKind::kText || pieces[i].kind == PieceKind::kTag ? 1 : 0;
  }
}

bool Engine::run() {
  uint64_t quiet = 0;
  size_t seen = 0;
  while (frames_due_ > 0 || sums_due_ > 0) {
    tick();
    const size_t now = frames_due_ + sums_due_ + beats_.size() + pieces_.size();
    quiet = now == seen ? quiet + 1 : 0;
    seen = now;
    if (quiet > 3000) {
      return false;
    }
  }
  return true;
}

void Engine::drive() {
  if (!beat_offered_) {
    beat_offered_ = !beats_.empty() && !beat_stalls_.next();
    model_->in_valid_i = beat_offered_ ? 1 : 0;
    if (beat_offered_) {
      ByteVector bytes = beats_.front().bytes;
      model_->in_bytes_i = static_cast<CData>(bytes.size());
      model_->in_last_i = beats_.front().last ? 1 : 0;
      bytes.resize(kBeatBytes, 0xee);  // lanes behind the end hold anything
      for (size_t i = 0; i < kBeatBytes / 4; ++i) {
        model_->in_data_i[i] = load_be32(bytes.data() + 4 * i);
        model_->in_data_i[i] = __builtin_bswap32(model_->in_data_i[i]);
      }
    }
  }
  if (!piece_offered_) {
    piece_offered_ = !pieces_.empty() && !piece_stalls_.next();
    model_->piece_valid_i = piece_offered_ ? 1 : 0;
    if (piece_offered_) {
      std::copy_n(pieces_.front().data(), 33, model_->piece_i.data());
    }
  }
}

void Engine::sample() {
  if (beat_offered_ && model_->in_ready_o != 0) {
    first_in_ = first_in_ == 0 ? clocks() : first_in_;
    last_in_ = clocks();
    beats_.pop_front();
    beat_offered_ = false;
  }
  if (piece_offered_ && model_->piece_ready_o != 0) {
    pieces_.pop_front();
    piece_offered_ = false;
  }
  if (model_->out_valid_o != 0) {
    for (size_t i = 0; i < model_->out_bytes_o; ++i) {
      frame_.data.push_back(byte_of(model_->out_data_o, i));
      frame_.plain.push_back(byte_of(model_->out_plain_o, i));
      frame_.text.push_back((model_->out_text_o >> i & 1) != 0);
    }
    last_out_ = clocks();
    if (model_->out_last_o != 0) {
      --frames_due_;
      frames_.push_back(std::move(frame_));
      frame_ = {};
    }
  }
  if (model_->sum_valid_o != 0) {
    --sums_due_;
    sums_.push_back(unpack(model_->sum_o));
    last_sum_ = clocks();
  }
}

Bytes Engine::state() const {
  auto& model = const_cast<Clocked<Vaead_engine>&>(model_);
  return {reinterpret_cast<const uint8_t*>(model->rootp), sizeof(Vaead_engine___024root)};
}

}  // namespace vitrine::bench
