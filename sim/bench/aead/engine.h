// The Verilated engine behind frames, pieces and sums as values.
//
// One thread. Whatever comes out is kept until it is taken; what breaks the interface's order is a
// violation.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/stalls.h"
#include <Vaead_engine.h>

namespace vitrine::bench {

enum class PieceKind : uint8_t { kPass, kBlank, kText, kTag };  // vitrine_pkg::aead_kind_t

// vitrine_pkg::aead_piece_t; `last` is set by the engine.
struct Piece {
  PieceKind kind = PieceKind::kPass;
  uint16_t id = 0;
  size_t start = 0;
  size_t bytes = 0;
  size_t offset = 0;
  size_t text_bytes = 0;
  size_t tag_bytes = 0;
  bool add = true;
  ByteVector in_key;  // 16 or 32 bytes
  ByteVector out_key;
  ByteVector in_nonce;  // 12 bytes
  ByteVector out_nonce;
  ByteVector in_aad;  // 0 ... 16 bytes, as many on both legs
  ByteVector out_aad;
};

struct EngineFrame {
  ByteVector data;
  ByteVector plain;
  std::vector<bool> text;
};

struct Sum {
  uint16_t id = 0;
  Block in_sum{};
  Block out_sum{};
  Block in_tag{};
};

class Engine : public Agent {
 public:
  explicit Engine(int seed = 1, unsigned stall_percent = 0);

  // REQUIRES: not empty.
  void send(const ByteVector& frame, const std::vector<Piece>& pieces);
  // Until all that was sent has come out. False where it did not.
  bool run();
  void tick() { model_.tick(); }
  void zeroize();

  uint64_t clocks() const { return model_.clocks(); }
  // Clocks in which the first beat went in and the last one came out, of all frames so far.
  uint64_t first_in() const { return first_in_; }
  uint64_t last_in() const { return last_in_; }
  uint64_t last_out() const { return last_out_; }
  uint64_t last_sum() const { return last_sum_; }
  std::deque<EngineFrame>& frames() { return frames_; }
  std::deque<Sum>& sums() { return sums_; }
  // The whole state of the model, to look for what should not be there.
  Bytes state() const;

  void drive() override;
  void sample() override;

 private:
  using PieceBits = VlWide<33>;
  struct Beat {
    ByteVector bytes;
    bool last;
  };

  Clocked<Vaead_engine> model_;
  Stalls beat_stalls_;
  Stalls piece_stalls_;
  std::deque<Beat> beats_;
  std::deque<PieceBits> pieces_;
  bool beat_offered_ = false;
  bool piece_offered_ = false;
  size_t frames_due_ = 0;
  size_t sums_due_ = 0;
  EngineFrame frame_;
  std::deque<EngineFrame> frames_;
  std::deque<Sum> sums_;
  uint64_t first_in_ = 0;
  uint64_t last_in_ = 0;
  uint64_t last_out_ = 0;
  uint64_t last_sum_ = 0;
};

}  // namespace vitrine::bench
