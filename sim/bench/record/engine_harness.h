// record_engine beside the soft card, for the tests of it: frames of several spliced connections
// in, the same frames out, byte for byte, through the RTL's own cryptography; and what it tells
// beside them.
//
// Single thread. A test fails where a frame, a verdict or a key update differs.
#pragma once

#include <array>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

#include "sim/bench/record/record_ports.h"
#include "sim/bench/record/spliced_flow.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/tcp/random_segment.h"
#include <Vrecord_engine.h>
#include <gtest/gtest.h>

#include "host/base/secret.h"

namespace vitrine::bench {

using card::Direction;
using card::soft::SpliceVerdict;

class EngineHarness : public testing::Test {
 protected:
  static constexpr size_t kContexts = 4;
  static constexpr size_t kSlots = 8;

  static void SetUpTestSuite() { ASSERT_TRUE(secure_memory_init()); }

  EngineHarness() : pools_({1024, 4, 4, kSlots}) {}

  template <typename Choose>
  void run(size_t segments, unsigned stall, uint64_t seed, Choose choose) {
    if (const char* text = std::getenv("VITRINE_SEGMENTS"); text != nullptr) {
      segments = std::strtoull(text, nullptr, 10);
    }
    test::Random random(seed);
    FrameDriver driver(VITRINE_FRAME_IN(*model_, in), Stalls(stall, seed));
    FrameMonitor monitor(VITRINE_FRAME_OUT(*model_, out), Stalls(stall, seed + 1));
    begin(driver, monitor);
    for (size_t i = 0; i < segments; ++i) {
      const size_t context = random() % kContexts;
      if (flows_[context] == nullptr || after_[context] > 20 || random() % 2000 == 0) {
        ASSERT_NO_FATAL_FAILURE(drain(monitor));
        flows_[context] = std::make_unique<SplicedFlow>(choose(random), pools_, random());
        open(context);
      }
      send(driver, context, flows_[context]->next());
      if (random() % 100 == 0) {
        // Once more, with another port number: the card checks checksums before it looks further.
        sending_.push_back(expected_.back());
        sending_.back().segment.frame[sending_.back().segment.parsed.l4] ^= 1;
        driver.send(sending_.back().segment.frame);
        ++spoilt_;
      }
      after_[context] += flows_[context]->closed() ? 1 : 0;
      if (!flows_[context]->closed() && random() % 20 == 0) {
        ASSERT_NO_FATAL_FAILURE(give_keys(monitor, context, static_cast<Direction>(random() % 2)));
      }
      while (expected_.size() > 24) {
        ASSERT_NO_FATAL_FAILURE(step(monitor));
      }
    }
    ASSERT_NO_FATAL_FAILURE(drain(monitor));
    EXPECT_TRUE(monitor.violations().empty());
    std::printf("%zu frames, %zu sent, %zu dropped, %zu closed, %.1f clocks a frame\n", verdicts_,
                sent_, dropped_, closed_,
                static_cast<double>(model_.clocks()) / static_cast<double>(verdicts_));
  }

  void begin(FrameDriver& driver, FrameMonitor& monitor) {
    model_->zeroize_i = 0;
    model_->key_write_i = 0;
    model_->command_valid_i = 0;
    model_->in_valid_i = 0;
    model_->tap_ready_i = 1;
    model_.reset();
    model_.add(driver);
    model_.add(monitor);
    driver.on_frame([this](uint64_t) {
      offer(sending_.front());
      sending_.pop_front();
    });
  }

  // The context's next segment, soft card's verdict and all.
  void send(FrameDriver& driver, size_t context, FlowSegment segment) {
    expected_.push_back({context, std::move(segment)});
    sending_.push_back(expected_.back());
    driver.send(sending_.back().segment.frame);
  }

  struct Sent {
    size_t context;
    FlowSegment segment;
  };

  // What stands beside a frame.
  void offer(const Sent& sent) {
    const auto& splice = flows_[sent.context]->splice();
    const card::SpliceDirection& here = splice.directions[card::index(sent.segment.direction)];
    const card::SpliceDirection& there =
        splice.directions[card::index(card::opposite(sent.segment.direction))];
    model_->layout_i = layout_port(sent.segment.parsed);
    segment_port(model_->segment_i.data(), sent.context, sent.segment);
    edit_port(model_->edit_i, {here.sequence_delta, there.sequence_delta, 0, 0}, 0, 0);
  }

  void write_keys(size_t context, Direction direction, size_t generation) {
    const SplicedFlow& flow = *flows_[context];
    keys_port(model_->key_i.data(), flow.in_key(direction, generation),
              flow.out_key(direction, generation));
    model_->key_index_i =
        static_cast<CData>(context << 3 | card::index(direction) << 2 | generation % 4);
    model_->key_write_i = 1;
    model_.tick();
    model_->key_write_i = 0;
    for (size_t i = 0; i < sizeof model_->key_i / sizeof(EData); ++i) {
      model_->key_i[i] = 0;  // the safety tests look for keys in all of the model
    }
  }

  void command(uint8_t kind, size_t context, Direction direction) {
    model_->command_i = kind;
    model_->command_context_i = static_cast<SData>(context);
    model_->command_direction_i = card::index(direction) != 0 ? 1 : 0;
    model_->command_valid_i = 1;
    for (bool done = false; !done;) {
      model_->eval();
      done = model_->command_ready_o != 0;
      taken_ = model_->keys_taken_o != 0;
      place_ = model_->keys_generation_o;
      model_.tick();
    }
    model_->command_valid_i = 0;
    model_.ticks(4);
  }

  // The keys that a direction's sender has gone on to need, where it has.
  void give_keys(FrameMonitor& monitor, size_t context, Direction direction) {
    SplicedFlow& flow = *flows_[context];
    size_t& answered = answered_[context][card::index(direction)];
    const size_t generation = flow.installed(direction);
    if (flow.generations(direction).size() == answered || generation == SplicedFlow::kGenerations) {
      return;
    }
    ASSERT_NO_FATAL_FAILURE(drain(monitor));
    ASSERT_EQ(key_updates_[context][card::index(direction)], flow.generations(direction).size());
    const bool taken = flow.update_keys(direction);
    command(1, context, direction);
    ASSERT_EQ(taken_, taken);
    if (taken) {
      ASSERT_EQ(place_, generation % 4);
      write_keys(context, direction, generation);
      ++answered;
    }
  }

  // REQUIRES: nothing under way.
  void open(size_t context) {
    command(2, context, Direction::kFromInside);
    after_[context] = 0;
    answered_[context] = {};
    key_updates_[context] = {};
    const SplicedFlow& flow = *flows_[context];
    for (const Direction direction : {Direction::kFromInside, Direction::kFromOutside}) {
      for (size_t generation = 0; generation < flow.installed(direction); ++generation) {
        write_keys(context, direction, generation);
      }
      model_->command_tls12_i = flow.splice().version == card::TlsVersion::kTls12 ? 1 : 0;
      const card::SpliceDirection& splice = flow.splice().directions[card::index(direction)];
      open_port(model_->command_open_i.data(), splice);
      model_->command_tap_mode_i = static_cast<CData>(splice.tap);
      model_->command_tap_bytes_i = splice.tap_bytes;
      command(0, context, direction);
    }
  }

  void step(FrameMonitor& monitor) {
    model_->eval();
    wrong_ += model_->wrong_o;
    if (model_->key_update_valid_o != 0) {
      ++key_updates_[model_->key_update_context_o][model_->key_update_direction_o];
      ++generations_;
    }
    model_->tap_ready_i = tap_stalls_.next() ? 0 : 1;
    lost_ += model_->tap_lost_o;
    if (model_->tap_valid_o != 0 && model_->tap_ready_i != 0) {
      ASSERT_NO_FATAL_FAILURE(take_tap(get_bytes(model_->tap_data_o, 64), model_->tap_last_o != 0));
    }
    if (model_->verdict_valid_o != 0) {
      ASSERT_NO_FATAL_FAILURE(compare_verdict());
    }
    model_.tick();
    model_->tap_ready_i = 0;  // clocks in which nobody looks take nothing
    idle_ = monitor.frames().empty() ? idle_ + 1 : 0;
    ASSERT_LT(idle_, 20000U) << "nothing moves, frame " << verdicts_;
    for (; !monitor.frames().empty(); monitor.frames().pop_front()) {
      ASSERT_FALSE(leaving_.empty());
      ASSERT_EQ(monitor.frames().front(), leaving_.front()) << "frame " << sent_;
      leaving_.pop_front();
      ++sent_;
    }
  }

  // A beat of the tap; a whole entry is compared with the soft card's next one of its connection,
  // or where entries may be lost, with the next one that equals it.
  void take_tap(const Frame& beat, bool last) {
    tap_.insert(tap_.end(), beat.begin(), beat.end());
    if (!last) {
      return;
    }
    const auto number = [this](size_t at, size_t size) {
      uint64_t value = 0;
      for (size_t i = size; i > 0; --i) {
        value = value << 8 | tap_[at + i - 1];
      }
      return value;
    };
    TapEntry entry;
    entry.is_record = tap_[0] == 1;
    entry.direction = tap_[1];
    entry.content_type = tap_[2];
    entry.verified = tap_[3] != 0;
    const size_t bytes = number(4, 2);
    entry.record = number(16, 8);
    entry.offset = static_cast<uint32_t>(number(24, 4));
    entry.length = static_cast<uint32_t>(number(28, 4));
    ASSERT_EQ(tap_.size(), 64 + (bytes + 63) / 64 * 64);
    const auto begin = tap_.begin() + 64;
    entry.plaintext.assign(begin, begin + static_cast<ptrdiff_t>(bytes));
    for (size_t i = 64 + bytes; i < tap_.size(); ++i) {
      ASSERT_EQ(tap_[i], 0) << "a byte behind the entry's end";
    }
    auto& expected = flows_[number(6, 2)]->taps();
    while (loses_ && !expected.empty() && !(expected.front() == entry)) {
      expected.pop_front();
      ++skipped_;
    }
    ASSERT_FALSE(expected.empty());
    ASSERT_EQ(entry.is_record, expected.front().is_record) << "entry " << taps_;
    ASSERT_EQ(entry.record, expected.front().record) << "entry " << taps_;
    ASSERT_EQ(entry.plaintext.size(), expected.front().plaintext.size()) << "entry " << taps_;
    ASSERT_TRUE(entry == expected.front()) << "entry " << taps_;
    expected.pop_front();
    tap_.clear();
    ++taps_;
  }

  void compare_verdict() {
    idle_ = 0;
    ASSERT_FALSE(expected_.empty());
    const auto [verdict, leaves] = read_verdict(model_->verdict_o.data());
    const auto& [context, segment] = expected_.front();
    const std::string where = "frame " + std::to_string(verdicts_);
    const bool sends = segment.verdict.kind == SpliceVerdict::Kind::kSend;
    ASSERT_EQ(verdict.context, context) << where;
    ASSERT_EQ(verdict.sends, sends) << where;
    if (sends) {
      ASSERT_EQ(leaves, segment.left.size()) << where;
      leaving_.push_back(segment.sent);
    } else {
      ASSERT_EQ(verdict.reason, static_cast<uint8_t>(segment.verdict.reason)) << where;
      ++dropped_;
    }
    ASSERT_EQ(verdict.closes, segment.verdict.closed) << where;
    if (verdict.closes) {
      ASSERT_EQ(verdict.close_reason, static_cast<uint8_t>(segment.verdict.close_reason)) << where;
      ++closed_;
    } else {
      ASSERT_EQ(verdict.records, segment.records) << where;
    }
    ++verdicts_;
    expected_.pop_front();
  }

  void drain(FrameMonitor& monitor) {
    while (!expected_.empty() || !leaving_.empty() || wrong_ < spoilt_) {
      ASSERT_NO_FATAL_FAILURE(step(monitor));
    }
    for (int i = 0; i < 12000; ++i) {  // what the tap still has
      const bool empty = model_->tap_valid_o == 0;
      ASSERT_NO_FATAL_FAILURE(step(monitor));
      if (i > 300 && empty) {
        break;
      }
    }
    for (const auto& flow : flows_) {
      if (flow == nullptr) {
        continue;
      }
      ASSERT_TRUE(loses_ || flow->taps().empty()) << flow->taps().size() << " entries are missing";
      skipped_ += flow->taps().size();
      flow->taps().clear();
    }
  }

  card::soft::SplicePools pools_;
  Clocked<Vrecord_engine> model_;
  std::array<std::unique_ptr<SplicedFlow>, kContexts> flows_;
  std::array<size_t, kContexts> after_{};
  std::deque<Sent> sending_;   // all frames, until they are offered
  std::deque<Sent> expected_;  // without a verdict
  std::deque<Frame> leaving_;  // with one, on their way
  std::array<std::array<size_t, 2>, kContexts> answered_{};
  std::array<std::array<size_t, 2>, kContexts> key_updates_{};
  size_t generations_ = 0;
  Stalls tap_stalls_;
  Frame tap_;           // beats of the entry that comes
  bool loses_ = false;  // the tap may lose entries
  size_t taps_ = 0;
  size_t lost_ = 0;
  size_t skipped_ = 0;
  bool taken_ = false;
  size_t place_ = 0;
  size_t spoilt_ = 0;
  size_t wrong_ = 0;
  size_t verdicts_ = 0;
  size_t sent_ = 0;
  size_t dropped_ = 0;
  size_t closed_ = 0;
  uint64_t idle_ = 0;
};

// Records longer than what may be a KeyUpdate: the engine cuts where the soft card does.
FlowOptions long_records(test::Random& random);

}  // namespace vitrine::bench
