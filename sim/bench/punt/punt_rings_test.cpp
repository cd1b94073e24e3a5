// punt_rings: entries reach the host's memory whole, in order and once, or are said to be dropped;
// injected frames come out unchanged; a ring that the memory refuses stops.
#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "sim/bench/punt/axi_memory.h"
#include "sim/bench/support/clocked.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr uint64_t kStride = 16384;
constexpr uint64_t kPuntBase = 0x1'2345'6000;
constexpr uint64_t kTapBase = 0x2'0000'1000;
constexpr uint64_t kInjectBase = 0x3'fff0'0000;

uint32_t word_at(const Frame& bytes, size_t at) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, 4);  // both little-endian
  return value;
}

// A header that says how many bytes follow, then these.
Frame entry(size_t bytes, uint32_t mark) {
  std::mt19937 random(mark + 1);
  Frame out(kBeatBytes + bytes);
  for (uint8_t& byte : out) {
    byte = static_cast<uint8_t>(random());
  }
  out[4] = static_cast<uint8_t>(bytes);
  out[5] = static_cast<uint8_t>(bytes >> 8U);
  return out;
}

// The card's side and the host's of all three rings.
class Rings : public Agent {
 public:
  explicit Rings(unsigned stalls)
      : memory(*model, stalls, 10),
        punt_({&model->punt_valid_i, &model->punt_ready_o, &model->punt_data_i, &unused_bytes_,
               &model->punt_last_i},
              Stalls(stalls, 1)),
        tap_({&model->tap_valid_i, &model->tap_ready_o, &model->tap_data_i, &unused_bytes_,
              &model->tap_last_i},
             Stalls(stalls, 2)),
        inject_(VITRINE_FRAME_OUT(*model, inject), Stalls(stalls, 3)) {
    punt_.on_frame([this](uint64_t number) { model->punt_keep_i = keeps_[number]; });
    inject_.on_frame([this](const Frame&) {
      ways.push_back({model->inject_how_o, model->inject_port_o});
    });
    model->punt_base_i = kPuntBase;
    model->tap_base_i = kTapBase;
    model->inject_base_i = kInjectBase;
    model->punt_size_i = model->tap_size_i = model->inject_size_i = 0;
    model->punt_tail_i = model->tap_tail_i = model->inject_head_i = 0;
    model->punt_keep_i = 0;
    model.reset();
    for (Agent* agent : std::initializer_list<Agent*>{&memory, &punt_, &tap_, &inject_, this}) {
      model.add(*agent);
    }
  }

  void punt(Frame entry, bool keep = false) {
    keeps_.push_back(keep);
    punt_.send(std::move(entry));
  }
  void tap(Frame entry) { tap_.send(std::move(entry)); }
  bool sent() const { return punt_.idle() && tap_.idle(); }
  bool run() {
    return model.tick_until([this] { return sent() && model->idle_o != 0; }, 200'000);
  }
  // The entry at a place of a ring, as long as its header says.
  Frame at(uint64_t base, uint32_t place) const {
    const uint64_t address = base + place * kStride;
    const Frame header = memory.get(address, kBeatBytes);
    return memory.get(address, kBeatBytes + (word_at(header, 4) & 0xffffU));
  }
  std::deque<Frame>& injected() { return inject_.frames(); }
  void inject(uint32_t place, uint8_t how, uint8_t port, size_t bytes, uint32_t mark) {
    Frame out = entry(bytes, mark);
    out[0] = how;
    out[1] = port;
    memory.put(kInjectBase + place * kStride, out);
  }

  void drive() override {}
  void sample() override {
    if (model->punt_stored_o != 0) {
      punt_fates += 's';
    }
    if (model->punt_dropped_o != 0) {
      punt_fates += 'd';
    }
    if (model->tap_stored_o != 0) {
      tap_fates += 's';
    }
    if (model->tap_dropped_o != 0) {
      tap_fates += 'd';
    }
    errors += model->dma_error_o;
    refused += model->inject_refused_o;
    puts += model->punt_put_o;
    taps += model->tap_put_o;
    taken += model->inject_taken_o;
  }

  Clocked<Vpunt_rings> model;
  AxiMemory memory;
  std::string punt_fates;  // a letter an entry: stored, dropped
  std::string tap_fates;
  std::vector<std::pair<unsigned, unsigned>> ways;  // how and port of each injected frame
  size_t errors = 0;
  size_t refused = 0;
  size_t puts = 0;
  size_t taps = 0;
  size_t taken = 0;

 private:
  CData unused_bytes_ = 0;
  FrameDriver punt_;
  FrameDriver tap_;
  FrameMonitor inject_;
  std::vector<bool> keeps_;
};

// What `put` must look like in memory: the entry's number at this byte of the header.
Frame numbered(Frame put, uint32_t number, size_t at) {
  std::memcpy(put.data() + at, &number, 4);
  return put;
}

TEST(PuntRings, EntriesOfEveryLengthArriveWholeWithTheirNumbers) {
  Rings rings(0);
  rings.model->punt_size_i = 128;
  rings.model.ticks(4);
  std::vector<Frame> sent;
  for (const size_t bytes :
       {0UL, 1UL, 63UL, 64UL, 65UL, 4032UL, 4033UL, 8128UL, 8129UL, 16319UL, 16320UL}) {
    sent.push_back(entry(bytes, static_cast<uint32_t>(bytes)));
  }
  for (const Frame& each : sent) {
    rings.punt(each);
    ASSERT_TRUE(rings.run());
  }
  EXPECT_EQ(rings.model->punt_head_o, sent.size());
  for (uint32_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(rings.at(kPuntBase, i), numbered(sent[i], i, 28)) << i;
  }
  EXPECT_EQ(rings.puts, sent.size());
  EXPECT_THAT(rings.memory.violations(), testing::IsEmpty());
}

TEST(PuntRings, PuntsLeaveAnEighthAndEventsFillTheRest) {
  Rings rings(0);
  rings.model->punt_size_i = 16;
  rings.model.ticks(4);
  for (uint32_t i = 0; i < 17; ++i) {
    rings.punt(entry(100, i));
  }
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.punt_fates, std::string(14, 's') + "ddd");
  EXPECT_EQ(rings.model->punt_fits_o, 0);
  EXPECT_EQ(rings.model->event_fits_o, 1);
  rings.punt(entry(128, 100), true);
  rings.punt(entry(128, 101), true);  // one place stays free, so this waits
  rings.model.ticks(500);
  EXPECT_FALSE(rings.sent());
  EXPECT_EQ(rings.model->punt_head_o, 15U);
  EXPECT_EQ(rings.model->event_fits_o, 0);
  rings.model->punt_tail_i = 1;
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.model->punt_head_o, 0U);
  EXPECT_EQ(rings.at(kPuntBase, 15), numbered(entry(128, 101), 15, 28));
}

TEST(PuntRings, ATapRingFillsToOnePlaceAndDropsTheRest) {
  Rings rings(0);
  rings.model->tap_size_i = 8;
  rings.model.ticks(4);
  for (uint32_t i = 0; i < 9; ++i) {
    rings.tap(entry(200, i));
  }
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.tap_fates, "sssssssdd");
  EXPECT_EQ(rings.model->tap_head_o, 7U);
  EXPECT_EQ(rings.at(kTapBase, 6), numbered(entry(200, 6), 6, 32));
}

TEST(PuntRings, ARingThatIsOffDropsPuntsAndBeginsAnewWhenItIsOnAgain) {
  Rings rings(0);
  rings.punt(entry(64, 1));
  rings.model.ticks(100);
  EXPECT_EQ(rings.punt_fates, "d");
  rings.model->punt_size_i = 8;
  rings.model.ticks(4);
  rings.punt(entry(64, 2));
  rings.punt(entry(64, 3));
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.model->punt_head_o, 2U);
  rings.model->punt_size_i = 0;
  rings.model.ticks(20);
  EXPECT_EQ(rings.model->punt_head_o, 0U);
  rings.model->punt_base_i = kPuntBase + 0x100000;
  rings.model->punt_size_i = 4;
  rings.model.ticks(4);
  rings.punt(entry(64, 4));
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.model->punt_head_o, 1U);
  EXPECT_EQ(rings.at(kPuntBase + 0x100000, 0), numbered(entry(64, 4), 0, 28));
}

TEST(PuntRings, ARefusedWriteStopsTheRingBeforeItsEntryIsShown) {
  Rings rings(20);
  rings.model->punt_size_i = 8;
  rings.model.ticks(4);
  rings.memory.refuse((kPuntBase + 2 * kStride + 4096) >> 12U);  // the third entry's second page
  for (uint32_t i = 0; i < 6; ++i) {
    rings.punt(entry(9000, i));
  }
  ASSERT_TRUE(rings.run());
  rings.model.ticks(200);
  EXPECT_EQ(rings.model->punt_head_o, 2U);
  EXPECT_EQ(rings.errors, 1U);
  EXPECT_EQ(rings.puts, 2U);
  rings.memory.refuse(~uint64_t{0});
  rings.punt(entry(10, 7));
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.punt_fates.back(), 'd') << "stopped until SIZE was 0";
  rings.model->punt_size_i = 0;
  rings.model.ticks(20);
  rings.model->punt_size_i = 8;
  rings.model.ticks(4);
  rings.punt(entry(10, 8));
  ASSERT_TRUE(rings.run());
  EXPECT_EQ(rings.model->punt_head_o, 1U);
  EXPECT_EQ(rings.at(kPuntBase, 0), numbered(entry(10, 8), 0, 28));
  EXPECT_THAT(rings.memory.violations(), testing::IsEmpty());
}

TEST(PuntRings, InjectedFramesOfEveryLengthComeOutWithHowAndPort) {
  Rings rings(0);
  rings.model->inject_size_i = 64;
  const std::vector<size_t> lengths{1, 63, 64, 65, 1514, 4031, 4032, 4033, 8129, 16320};
  for (uint32_t i = 0; i < lengths.size(); ++i) {
    rings.inject(i, i % 2, i / 2 % 2, lengths[i], i);
  }
  rings.model->inject_head_i = static_cast<uint32_t>(lengths.size());
  ASSERT_TRUE(
      rings.model.tick_until([&] { return rings.injected().size() == lengths.size(); }, 5000));
  EXPECT_EQ(rings.model->inject_tail_o, lengths.size());
  for (uint32_t i = 0; i < lengths.size(); ++i) {
    const Frame whole = entry(lengths[i], i);
    EXPECT_EQ(rings.injected()[i], Frame(whole.begin() + kBeatBytes, whole.end())) << i;
    EXPECT_EQ(rings.ways[i], std::make_pair(i % 2, i / 2 % 2)) << i;
  }
  EXPECT_THAT(rings.memory.violations(), testing::IsEmpty());
}

TEST(PuntRings, InjectedNonsenseIsSkipped) {
  Rings rings(0);
  rings.model->inject_size_i = 8;
  rings.inject(0, 0, 0, 0, 1);      // no bytes
  rings.inject(1, 0, 2, 64, 2);     // no such port
  rings.inject(2, 2, 0, 64, 3);     // no such how
  rings.inject(3, 0, 0, 16321, 4);  // more than its place holds
  rings.inject(4, 1, 1, 64, 5);
  rings.model->inject_head_i = 5;
  ASSERT_TRUE(rings.model.tick_until([&] { return rings.model->inject_tail_o == 5; }, 5000));
  rings.model.ticks(20);
  EXPECT_EQ(rings.refused, 4U);
  EXPECT_EQ(rings.injected().size(), 1U);
}

TEST(PuntRings, ARefusedReadStopsTheRingAndGivesNoFrame) {
  Rings rings(20);
  rings.model->inject_size_i = 8;
  rings.memory.refuse((kInjectBase + kStride + 4096) >> 12U);  // the second entry's second page
  for (uint32_t i = 0; i < 4; ++i) {
    rings.inject(i, 0, 1, 6000, i);
  }
  rings.model->inject_head_i = 4;
  rings.model.ticks(5000);
  EXPECT_EQ(rings.model->inject_tail_o, 1U);
  EXPECT_EQ(rings.errors, 1U);
  EXPECT_EQ(rings.injected().size(), 1U);
  rings.memory.refuse(~uint64_t{0});
  rings.model->inject_head_i = 0;
  rings.model->inject_size_i = 0;
  rings.model.ticks(200);
  EXPECT_EQ(rings.model->inject_tail_o, 0U);
  rings.model->inject_size_i = 8;
  rings.model.ticks(4);
  rings.model->inject_head_i = 2;
  ASSERT_TRUE(rings.model.tick_until([&] { return rings.injected().size() == 3; }, 20'000));
  const Frame whole = entry(6000, 1);
  EXPECT_EQ(rings.injected()[2], Frame(whole.begin() + kBeatBytes, whole.end()));
}

// The host takes and gives entries at random while all three rings run; the tap and the punts share
// the bus.
TEST(PuntRings, RandomTrafficIsNeitherLostNorDoubledBeyondWhatIsSaid) {
  constexpr uint32_t kSize = 8;
  constexpr uint32_t kEntries = 3000;
  Rings rings(15);
  std::mt19937 random(9);
  rings.model->punt_size_i = rings.model->tap_size_i = rings.model->inject_size_i = kSize;
  rings.model.ticks(4);
  std::vector<Frame> punts;
  std::vector<bool> events;
  std::vector<Frame> taps;
  const auto length = [&random] { return random() % 20 == 0 ? random() % 16321 : random() % 700; };
  for (uint32_t i = 0; i < kEntries; ++i) {
    events.push_back(random() % 4 == 0);
    punts.push_back(entry(length(), i));
    rings.punt(punts.back(), events.back());
    taps.push_back(entry(length(), i + kEntries));
    rings.tap(taps.back());
  }
  std::vector<Frame> seen_punts;
  std::vector<Frame> seen_taps;
  std::vector<size_t> given;
  const auto host = [&] {
    auto& m = *rings.model;
    if (random() % 50 == 0 && m.punt_tail_i != m.punt_head_o) {
      seen_punts.push_back(rings.at(kPuntBase, m.punt_tail_i));
      m.punt_tail_i = (m.punt_tail_i + 1) % kSize;
    }
    if (random() % 50 == 0 && m.tap_tail_i != m.tap_head_o) {
      seen_taps.push_back(rings.at(kTapBase, m.tap_tail_i));
      m.tap_tail_i = (m.tap_tail_i + 1) % kSize;
    }
    if (random() % 20 == 0 && (m.inject_head_i + 1) % kSize != m.inject_tail_o) {
      given.push_back(1 + length() % 16320);
      rings.inject(m.inject_head_i, 0, 0, given.back(), static_cast<uint32_t>(given.size()));
      m.inject_head_i = (m.inject_head_i + 1) % kSize;
    }
  };
  for (uint64_t i = 0; i < 2'000'000 && !rings.sent(); ++i) {
    host();
    rings.model.tick();
  }
  ASSERT_TRUE(rings.run());
  while (rings.model->punt_tail_i != rings.model->punt_head_o ||
         rings.model->tap_tail_i != rings.model->tap_head_o) {
    host();
    rings.model.tick();
  }
  ASSERT_TRUE(
      rings.model.tick_until([&] { return rings.injected().size() == given.size(); }, 200'000));
  const auto check = [](const std::string& fates, const std::vector<Frame>& sent,
                        const std::vector<Frame>& seen, size_t number_at) {
    ASSERT_EQ(fates.size(), sent.size());
    uint32_t next = 0;
    for (size_t i = 0; i < sent.size(); ++i) {
      if (fates[i] == 's') {
        ASSERT_LT(next, seen.size());
        ASSERT_EQ(seen[next], numbered(sent[i], next, number_at)) << i;
        ++next;
      }
    }
    EXPECT_EQ(next, seen.size());
  };
  check(rings.punt_fates, punts, seen_punts, 28);
  check(rings.tap_fates, taps, seen_taps, 32);
  for (uint32_t i = 0; i < kEntries; ++i) {
    EXPECT_FALSE(events[i] && rings.punt_fates[i] == 'd') << "an event was dropped";
  }
  for (uint32_t i = 0; i < given.size(); ++i) {
    const Frame whole = entry(given[i], i + 1);
    ASSERT_EQ(rings.injected()[i], Frame(whole.begin() + kBeatBytes, whole.end())) << i;
  }
  EXPECT_EQ(rings.taken, given.size());
  EXPECT_GT(given.size(), 500U);
  EXPECT_GT(seen_punts.size(), 800U);
  EXPECT_GT(std::count(rings.punt_fates.begin(), rings.punt_fates.end(), 'd'), 100);
  EXPECT_THAT(rings.memory.violations(), testing::IsEmpty());
}

}  // namespace
}  // namespace vitrine::bench
