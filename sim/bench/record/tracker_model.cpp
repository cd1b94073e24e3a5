#include "sim/bench/record/tracker_model.h"

#include <algorithm>
#include <cstring>

#include "sim/bench/record/record_ports.h"
#include "sim/bench/support/fields.h"
#include <gtest/gtest.h>

#include "host/card/soft/record/record_header.h"
#include "host/card/soft/record/record_sum.h"

namespace vitrine::bench {
namespace {

using card::Direction;
using card::TlsVersion;
using card::soft::GhashBlock;

constexpr size_t kItemBits = 594;
constexpr size_t kResultBits = 465;
constexpr size_t kPatchBits = 149;
constexpr size_t kLead = 16;  // writable bytes that AesEngine wants before a piece

enum ItemKind : uint8_t { kBlank, kHeader, kText, kTag, kEnd, kOpen, kRelease };

// record_item_t, as far as the cryptography needs it.
struct Item {
  explicit Item(const EData* words) {
    FieldReader reader(words, kItemBits);
    kind = static_cast<ItemKind>(reader.take(3));
    context = reader.take(16);
    direction = reader.take(1);
    reader.take(1);
    at = reader.take(16);
    bytes = reader.take(16);
    offset = reader.take(16);
    reader.take(16 + 8);
    generations = static_cast<uint8_t>(reader.take(4));
    type = static_cast<uint8_t>(reader.take(8));
    text = reader.take(16);
    in_number = reader.take(64);
    out_number = reader.take(64);
    in_explicit = reader.take(64);
    out_explicit = reader.take(64);
    reader.take(64);
    reader.take(64);
    reader.take(40);
    fresh = reader.flag();
  }
  ItemKind kind;
  size_t context;
  size_t direction;
  size_t at;
  size_t bytes;
  size_t offset;
  uint8_t generations;
  uint8_t type;
  size_t text;
  uint64_t in_number;
  uint64_t out_number;
  uint64_t in_explicit;
  uint64_t out_explicit;
  bool fresh;

  size_t place() const { return static_cast<size_t>(__builtin_ctz(generations)); }
};

void put_block(FieldWriter& writer, const GhashBlock& block) {
  writer.put(64, block.high).put(64, block.low);
}

}  // namespace

TrackerModel::TrackerModel(unsigned stalls, uint64_t seed)
    : model_(static_cast<int>(seed)),
      random_(seed),
      work_stalls_(stalls, seed + 1),
      out_stalls_(stalls, seed + 2),
      late_(stalls == 0 ? 20 : 80) {
  model_->zeroize_i = 0;
  model_->wipe_ready_i = 1;
  model_->command_tap_mode_i = 0;
  model_->command_valid_i = 0;
  model_->segment_valid_i = 0;
  model_->peek_done_i = 0;
  model_->work_ready_i = 0;
  model_->result_valid_i = 0;
  model_->patch_ready_i = 0;
  model_->verdict_ready_i = 0;
  model_.reset();
}

void TrackerModel::store(size_t context, size_t direction, size_t place, const test::StreamKey& in,
                         const test::StreamKey& out) {
  Keys& keys = keys_[context][direction][place];
  EXPECT_EQ(keys, nullptr);
  keys = std::make_unique<card::soft::GenerationKeys>();
  keys->in.set(aes_, in.record_key());
  keys->out.set(aes_, out.record_key());
}

// Presents a command until it is taken; the tracker is idle but for it.
void TrackerModel::command(uint8_t kind, size_t context, Direction direction,
                           const SplicedFlow* flow) {
  model_->command_i = kind;
  model_->command_context_i = static_cast<SData>(context);
  model_->command_direction_i = card::index(direction) != 0 ? 1 : 0;
  if (flow != nullptr) {
    const card::SpliceDirection& splice = flow->splice().directions[card::index(direction)];
    model_->command_tls12_i = flow->splice().version == TlsVersion::kTls12 ? 1 : 0;
    open_port(model_->command_open_i.data(), splice);
  }
  model_->command_valid_i = 1;
  commanding_ = true;
  for (int i = 0; i < 1000 && commanding_; ++i) {
    tick();
  }
  EXPECT_FALSE(commanding_);
  model_->command_valid_i = 0;
  for (int i = 0; i < 4; ++i) {
    tick();
  }
}

void TrackerModel::open(size_t context, const SplicedFlow& flow) {
  command(2, context, Direction::kFromInside, nullptr);
  for (const auto& direction : keys_[context]) {
    for (const Keys& keys : direction) {
      EXPECT_EQ(keys, nullptr) << "keys that outlive their flow";
    }
  }
  versions_[context] = flow.splice().version;
  key_updates_[context] = {};
  dead_[context] = false;
  for (const Direction direction : {Direction::kFromInside, Direction::kFromOutside}) {
    const size_t d = card::index(direction);
    for (size_t generation = 0; generation < flow.installed(direction); ++generation) {
      store(context, d, generation, flow.in_key(direction, generation),
            flow.out_key(direction, generation));
    }
    command(0, context, direction, &flow);
  }
}

bool TrackerModel::update_keys(size_t context, Direction direction, const test::StreamKey& in,
                               const test::StreamKey& out) {
  command(1, context, direction, nullptr);
  if (!keys_taken_) {
    return false;
  }
  store(context, card::index(direction), keys_place_, in, out);
  return true;
}

void TrackerModel::send(size_t context, const FlowSegment& segment) {
  waiting_.push_back({context, segment, segment.payload});
}

void TrackerModel::tick() {
  drive();
  model_->clk_i = 0;
  model_->eval();
  sample();
  model_.tick();
}

void TrackerModel::drive() {
  if (taken_) {
    model_->segment_valid_i = 0;
    taken_ = false;
  }
  if (model_->segment_valid_i == 0 && !waiting_.empty() && !commanding_) {
    const auto& [context, segment, out] = waiting_.front();
    segment_port(model_->segment_i.data(), context, segment);
    model_->segment_valid_i = 1;
  }
  model_->wipe_ready_i = wipe_done_ <= model_.clocks() ? 1 : 0;
  model_->work_ready_i = work_stalls_.next() ? 0 : 1;
  const bool out = !out_stalls_.next();
  model_->patch_ready_i = out ? 1 : 0;
  model_->verdict_ready_i = out ? 1 : 0;
  model_->result_valid_i = !results_.empty() && results_.front().due <= model_.clocks() ? 1 : 0;
  if (model_->result_valid_i != 0) {
    std::copy(results_.front().words.begin(), results_.front().words.end(),
              model_->result_i.data());
  }
  model_->peek_done_i = 0;
  if (peek_due_ != 0 && peek_due_ <= model_.clocks()) {
    const std::vector<uint8_t>& payload = pending_.back().segment.payload;
    FieldWriter writer(model_->peek_data_i.data(), 104);
    for (size_t i = 0; i < 13; ++i) {
      const size_t at = model_->peek_at_o + i;
      writer.put(8, at < payload.size() ? payload[at] : random_() % 256);
    }
    model_->peek_done_i = 1;
    peek_due_ = 0;
  }
}

void TrackerModel::sample() {
  if (commanding_ && model_->command_ready_o != 0) {
    commanding_ = false;
    keys_taken_ = model_->keys_taken_o != 0;
    keys_place_ = model_->keys_generation_o;
  }
  if (model_->segment_valid_i != 0 && model_->segment_ready_o != 0) {
    pending_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    taken_ = true;
  }
  if (model_->peek_valid_o != 0 && peek_due_ == 0 && model_->peek_done_i == 0) {
    peek_due_ = model_.clocks() + 1 + random_() % 3;
  }
  if (model_->work_valid_o != 0 && model_->work_ready_i != 0) {
    take_work();
  }
  if (model_->result_valid_i != 0 && model_->result_ready_o != 0) {
    results_.pop_front();
  }
  if (model_->patch_valid_o != 0 && model_->patch_ready_i != 0) {
    take_patch();
  }
  if (model_->verdict_valid_o != 0 && model_->verdict_ready_i != 0) {
    take_verdict();
  }
  if (model_->key_update_valid_o != 0) {
    ++key_updates_[model_->key_update_context_o][model_->key_update_direction_o];
  }
  if (model_->wipe_valid_o != 0) {
    ASSERT_NE(model_->wipe_ready_i, 0);
    wipe();
  }
}

// Keys go; until it is over, no other wipe is asked for.
void TrackerModel::wipe() {
  const size_t context = model_->wipe_context_o;
  const unsigned places = model_->wipe_places_o;
  for (size_t place = 0; place < 8; ++place) {
    if ((places >> place & 1) != 0) {
      keys_[context][place / 4][place % 4].reset();
    }
  }
  dead_[context] = dead_[context] || places == 0xff;
  wipe_done_ = model_.clocks() + 2 + random_() % 9;
}

// An item goes to the cryptography: bytes are changed at once, what it finds comes back later.
void TrackerModel::take_work() {
  const Item item(model_->work_o.data());
  Pending* segment = pending_.empty() ? nullptr : &pending_.back();
  if (item.kind == kBlank) {
    std::fill_n(segment->out.begin() + static_cast<ptrdiff_t>(item.at), item.bytes, uint8_t{0});
  }
  if (item.kind != kText && item.kind != kTag) {
    return;
  }
  Result result{};
  FieldWriter writer(result.words.data(), kResultBits);
  const auto begin = segment->segment.payload.begin() + static_cast<ptrdiff_t>(item.at);
  ASSERT_LE(item.at + item.bytes, segment->segment.payload.size());
  GhashBlock in_sum;
  GhashBlock out_sum;
  uint8_t tag[16] = {};
  bool any = false;
  size_t last_at = 0;
  uint8_t last_value = 0;
  uint8_t first[5] = {};
  if (item.kind == kTag) {
    std::copy_n(begin, item.bytes, tag + item.offset);
  } else {
    const Keys& keys = keys_[item.context][item.direction][item.place()];
    if (keys == nullptr) {
      // Found dead behind the front: nothing of it leaves, whatever comes back.
      ASSERT_TRUE(dead_[item.context]) << "keys that were released";
      for (EData& word : result.words) {
        word = static_cast<EData>(random_());
      }
      result.due = model_.clocks() + 1 + random_() % late_;
      results_.push_back(result);
      return;
    }
    const TlsVersion version = versions_[item.context];
    std::vector<uint8_t> buffer(kLead + item.bytes);
    std::copy_n(begin, item.bytes, buffer.begin() + kLead);
    const MutableBytes piece = MutableBytes(buffer).subspan(kLead);
    const bool ends = item.offset + item.bytes == item.text;
    const auto add = [&](const card::soft::LegKey& key, uint64_t number, uint64_t nonce_explicit,
                         GhashBlock& sum) {
      sum ^= card::soft::piece_sum(key.ghash(), item.text, piece, item.offset);
      if (ends) {
        uint8_t mask[16];
        const card::soft::AdditionalData additional(version, item.type, number, item.text);
        sum ^= card::soft::frame_sum(key.ghash(), additional.view(), item.text);
        aes_.tag_mask(key.aes(), key.nonce(version, number, nonce_explicit), mask);
        sum ^= card::soft::load_ghash_block(mask);
      }
    };
    if (item.fresh) {
      add(keys->in, item.in_number, item.in_explicit, in_sum);
    }
    aes_.crypt(keys->in.aes(), keys->in.nonce(version, item.in_number, item.in_explicit), piece,
               item.offset);
    for (size_t i = 0; i < piece.size(); ++i) {
      if (piece[i] != 0) {
        any = true;
        last_at = item.offset + i;
        last_value = piece[i];
      }
      if (item.offset + i < sizeof first) {
        first[item.offset + i] = piece[i];
      }
    }
    aes_.crypt(keys->out.aes(), keys->out.nonce(version, item.out_number, item.out_explicit), piece,
               item.offset);
    if (item.fresh) {
      add(keys->out, item.out_number, item.out_explicit, out_sum);
    }
    std::copy(piece.begin(), piece.end(), segment->out.begin() + static_cast<ptrdiff_t>(item.at));
  }
  put_block(writer, in_sum);
  put_block(writer, out_sum);
  writer.put_bytes(tag, sizeof tag).put(1, any ? 1 : 0).put(16, last_at).put(8, last_value);
  writer.put_bytes(first, sizeof first).put(16, 0);
  result.due = model_.clocks() + 1 + random_() % late_;
  results_.push_back(result);
}

void TrackerModel::take_patch() {
  FieldReader reader(model_->patch_o.data(), kPatchBits);
  const size_t at = reader.take(16);
  const size_t bytes = reader.take(5);
  const std::vector<uint8_t> data = reader.bytes(16);
  ASSERT_FALSE(pending_.empty());
  ASSERT_LE(at + bytes, pending_.front().out.size());
  std::copy_n(data.begin(), bytes, pending_.front().out.begin() + static_cast<ptrdiff_t>(at));
}

void TrackerModel::take_verdict() {
  auto [verdict, leaves] = read_verdict(model_->verdict_o.data());
  ASSERT_FALSE(pending_.empty());
  if (verdict.sends) {
    ASSERT_LE(leaves, pending_.front().out.size());
    verdict.left.assign(pending_.front().out.begin(),
                        pending_.front().out.begin() + static_cast<ptrdiff_t>(leaves));
  }
  pending_.pop_front();
  verdicts_.push_back(std::move(verdict));
}

}  // namespace vitrine::bench
