// Spliced connections through the whole card: the soft card's splicer says what must leave.
#include <cstdlib>

#include "sim/card/spliced_card.h"

namespace vitrine::sim {
namespace {

using bench::FlowOptions;
using card::Direction;
using card::TlsVersion;

struct Kind {
  const char* name;
  TlsVersion version;
  size_t in_key_size;
  size_t out_key_size;
  uint8_t ip_version;
};

class EachKind : public SplicedCard, public testing::WithParamInterface<Kind> {
 protected:
  static FlowOptions options() {
    FlowOptions options;
    options.version = GetParam().version;
    options.in_key_size = GetParam().in_key_size;
    options.out_key_size = GetParam().out_key_size;
    options.ip_version = GetParam().ip_version;
    options.odd_records = 0;
    return options;
  }
};

TEST_P(EachKind, BytesLeaveAsTheyLeaveTheSoftCard) {
  FlowOptions with = options();
  with.smallest_record = 70;
  ASSERT_EQ(install(3, with, 1), 0U);
  for (int i = 0; i < 60; ++i) {
    const Direction direction = i / 4 % 2 == 0 ? Direction::kFromInside : Direction::kFromOutside;
    send(flow(3).next_in_order(direction, 100 + 97 * static_cast<size_t>(i) % 1300));
    if (i % 4 == 3) {
      send(flow(3).acknowledge(direction));
    }
  }
  expect_all();
  EXPECT_EQ(sent_, 75U);
  EXPECT_EQ(counter(regs::kCountersSplicedLo), 75U);
  expect_same_statistics(3);
  EXPECT_GT(result64(8), 5U);  // records
  EXPECT_TRUE(events().empty());
}

TEST_P(EachKind, LossOverlapsAndKeyUpdatesLeaveAsTheyLeaveTheSoftCard) {
  FlowOptions with = options();
  with.odd_records = 15;
  with.ends_at_short = true;
  with.largest_record = 500;
  ASSERT_EQ(install(5, with, 2), 0U);
  size_t updates = 0;
  for (int i = 0; i < 300; ++i) {
    send(flow(5).next());
    if (i % 10 == 9) {
      give_keys(5, static_cast<Direction>(i / 10 % 2));
    }
  }
  expect_all();
  expect_same_statistics(5);
  for (const RingEntry& event : events()) {
    EXPECT_EQ(event.type, kKeyUpdate);
    EXPECT_EQ(event.flow, id(5));
    ++updates;
  }
  EXPECT_EQ(updates, flow(5).generations(Direction::kFromInside).size() +
                         flow(5).generations(Direction::kFromOutside).size());
  EXPECT_TRUE(updates > 1 || with.version == TlsVersion::kTls12);
  EXPECT_EQ(counter(regs::kCountersSplicedLo), sent_);
  EXPECT_EQ(counter(regs::kCountersCutLo), cut_);
  for (size_t i = 0; i < card::kDropReasons; ++i) {
    EXPECT_EQ(counter(regs::kCountersDroppedRuleLo + 8 * static_cast<uint32_t>(i)), dropped_[i])
        << card::kDropReasonTexts[i].counter;
  }
}

TEST_P(EachKind, TheTapShowsWhatTheSoftCardShows) {
  FlowOptions with = options();
  with.smallest_record = 70;
  with.tap = card::TapMode::kFirstBytes;
  with.tap_bytes = 9000;
  ASSERT_EQ(install(2, with, 3), 0U);
  size_t entries = 0;
  for (int i = 0; i < 40; ++i) {
    send(flow(2).next());
    expect_all();
    for (const bench::TapEntry& entry : taps(id(2))) {
      ASSERT_FALSE(flow(2).taps().empty());
      ASSERT_TRUE(entry == flow(2).taps().front()) << "entry " << entries;
      flow(2).taps().pop_front();
      ++entries;
    }
    ASSERT_TRUE(flow(2).taps().empty()) << "an entry is missing, behind " << entries;
  }
  EXPECT_GT(entries, 20U);
  EXPECT_EQ(counter(regs::kCountersTapLostLo), 0U);
}

// How a splice ends, and what for.
struct End {
  const char* name;
  card::CloseReason reason;
  FlowOptions options;
};

FlowOptions plain() {
  FlowOptions options;
  options.ip_version = 4;
  options.smallest_record = 70;
  options.odd_records = 0;
  return options;
}
FlowOptions with_fin() {
  FlowOptions options = plain();
  options.loss = 0;
  options.finish_after = 20;
  return options;
}
FlowOptions with_resets() {
  FlowOptions options = plain();
  options.odd_flags = 1000;
  return options;
}
FlowOptions with_changed_bytes() {
  FlowOptions options = plain();
  options.corrupt = 300;
  return options;
}

class EachEnd : public SplicedCard, public testing::WithParamInterface<End> {
 protected:
  // Sends until the splice ends for the reason that is to be tried, by one flow or another.
  void end(unsigned connection) {
    for (uint64_t seed = 10; seed < 60; ++seed) {
      ASSERT_EQ(install(connection, GetParam().options, seed), 0U);
      ASSERT_TRUE(card_holds_keys_of(connection));
      for (int i = 0; i < 400 && !flow(connection).closed(); ++i) {
        const bench::FlowSegment segment = flow(connection).next();
        send(segment);
        closing_ = segment;
      }
      if (flow(connection).closed() && closing_.verdict.close_reason == GetParam().reason) {
        return;
      }
      expect_all();
      events();
      remove(connection);
    }
    FAIL() << "no flow ended so";
  }
  bench::FlowSegment closing_;
};

TEST_P(EachEnd, TheHostIsToldKeysGoAndTheContextCanBeUsedAgain) {
  end(6);
  ASSERT_FALSE(HasFatalFailure());
  expect_all();
  EXPECT_FALSE(card_holds_keys_of(6));
  expect_same_statistics(6);
  const auto told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].type, kClosed);
  EXPECT_EQ(told[0].reason, static_cast<uint8_t>(GetParam().reason));
  EXPECT_EQ(told[0].direction, static_cast<uint8_t>(closing_.direction));
  EXPECT_EQ(told[0].flow, id(6));
  EXPECT_EQ(told[0].connection, 6U);
  EXPECT_EQ(told[0].record, closing_.verdict.record);
  EXPECT_EQ(told[0].body.size(), 128U);
  if (closing_.verdict.close_reason != card::CloseReason::kFin &&
      closing_.verdict.close_reason != card::CloseReason::kReset) {
    for (const auto direction : {Direction::kFromInside, Direction::kFromOutside}) {
      send_in_vain(flow(6).next_in_order(direction, 300));
    }
    expect_all();
    const auto punts = events();
    ASSERT_EQ(punts.size(), 2U);
    EXPECT_EQ(punts[1].reason, static_cast<uint8_t>(card::PuntReason::kDeadFlow));
    EXPECT_EQ(punts[1].flow, id(6));
  }
  card_.set_time_ms(6000);
  settle();
  EXPECT_EQ(statistics(6), 4U);
  ASSERT_EQ(install(6, plain(), 99), 0U);
  for (int i = 0; i < 30; ++i) {
    send(flow(6).next());
  }
  expect_all();
  expect_same_statistics(6);
  EXPECT_TRUE(events().empty());
}

TEST_P(EachEnd, TheContextCanBeUsedAgainAfterItIsRemovedFromAnEndedFlow) {
  end(6);
  ASSERT_FALSE(HasFatalFailure());
  expect_all();
  events();
  EXPECT_EQ(remove(6), 0U);
  ASSERT_EQ(install(6, plain(), 98), 0U);
  for (int i = 0; i < 30; ++i) {
    send(flow(6).next());
  }
  expect_all();
  expect_same_statistics(6);
  EXPECT_TRUE(events().empty());
}

INSTANTIATE_TEST_SUITE_P(Splice, EachEnd,
                         testing::Values(End{"Fin", card::CloseReason::kFin, with_fin()},
                                         End{"Reset", card::CloseReason::kReset, with_resets()},
                                         End{"BadRecord", card::CloseReason::kBadRecord,
                                             with_changed_bytes()}),
                         [](const testing::TestParamInfo<End>& kind) { return kind.param.name; });

class SpliceEnd : public SplicedCard {
 protected:
  void pass(unsigned connection, int segments) {
    for (int i = 0; i < segments; ++i) {
      send(flow(connection).next());
    }
    expect_all();
    expect_same_statistics(connection);
  }
};

TEST_F(SpliceEnd, AnIdleSpliceLosesItsKeysAndItsContextCanBeUsedAgain) {
  ASSERT_EQ(install(1, plain(), 1), 0U);
  pass(1, 10);
  card_.set_time_ms(3'600'100);
  settle();
  EXPECT_FALSE(card_holds_keys_of(1));
  const auto told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].reason, static_cast<uint8_t>(card::CloseReason::kIdle));
  send_in_vain(flow(1).next_in_order(Direction::kFromInside, 300));
  EXPECT_EQ(events().size(), 1U);  // as a dead flow's
  card_.set_time_ms(3'606'000);
  settle();
  EXPECT_EQ(statistics(1), 4U);
  ASSERT_EQ(install(1, plain(), 2), 0U);
  pass(1, 30);
}

TEST_F(SpliceEnd, ARemovedSpliceLosesItsKeysAndItsContextCanBeUsedAgain) {
  ASSERT_EQ(install(1, plain(), 1), 0U);
  pass(1, 10);
  EXPECT_EQ(remove(1), 0U);
  EXPECT_FALSE(card_holds_keys_of(1));
  ASSERT_EQ(install(1, plain(), 2), 0U);
  pass(1, 30);
}

TEST_F(SpliceEnd, AStrictSpliceIsRefused) {
  FlowOptions options = plain();
  options.strict = true;
  EXPECT_EQ(install(1, options, 1), 1U);
  EXPECT_FALSE(card_holds_keys_of(1));
}

class Zeroize : public SpliceEnd {
 protected:
  static constexpr unsigned kFlows = 4;
  // From the register's write on, with a frame of full size in the record engine and others behind
  // it: rtl/top/README.md.
  static constexpr uint64_t kClocks = 2000;

  void install_all(uint64_t seed) {
    for (unsigned i = 0; i < kFlows; ++i) {
      ASSERT_EQ(install(i, plain(), seed + i), 0U);
    }
  }
  bool card_holds_keys() {
    for (unsigned i = 0; i < kFlows; ++i) {
      if (card_holds_keys_of(i)) {
        return true;
      }
    }
    return false;
  }
};

TEST_F(Zeroize, KeysGoInBoundedTimeAmidTrafficAndNothingIsEncryptedWithThemAfter) {
  for (unsigned round = 0; round < 4; ++round) {
    install_all(10 * round);
    for (int i = 0; i < 24; ++i) {
      const auto segment =
          flow(static_cast<unsigned>(i) % kFlows).next_in_order(Direction::kFromInside, 1400);
      card_.put_frame(0, segment.frame);
    }
    card_.clock(100 + 117 * round);
    ASSERT_TRUE(card_holds_keys());
    const uint64_t begin = card_.clocks();
    write(regs::kControlZeroize, 1);
    ASSERT_NE(read(regs::kControlStatus) & 8U, 0U);
    while (card_holds_keys()) {
      ASSERT_LT(card_.clocks() - begin, kClocks);
      card_.clock(100);
    }
    Frame got;
    while (card_.take_frame(1, got)) {
    }
    settle();
    EXPECT_FALSE(card_.take_frame(1, got)) << "something left with keys that are gone";
    EXPECT_EQ(read(regs::kControlZeroizeCount), round + 2);  // the first was at power-on
    unsigned closed = 0;
    for (const RingEntry& event : events()) {
      closed += event.type == kClosed ? 1 : 0;
      EXPECT_TRUE(event.type != kClosed ||
                  event.reason == static_cast<uint8_t>(card::CloseReason::kZeroized));
    }
    EXPECT_EQ(closed, kFlows);
    for (unsigned i = 0; i < kFlows; ++i) {
      EXPECT_EQ(remove(i), 0U);
    }
  }
  ASSERT_EQ(install(0, plain(), 99), 0U);
  pass(0, 30);
}

TEST_F(Zeroize, KeysInTheMailboxGoTooAndTheCommandIsRefused) {
  ASSERT_EQ(install(0, plain(), 1), 0U);
  bench::FlowOptions options = plain();
  ASSERT_EQ(begin_install(1, options, 2), 144U);
  ASSERT_TRUE(card_holds_keys_of(1));
  write(regs::kControlZeroize, 1);
  card_.clock(4);
  EXPECT_FALSE(card_holds_keys_of(1));
  EXPECT_EQ(finish_command(kInstall), 5U);
  settle();
  EXPECT_FALSE(card_holds_keys_of(1));
  EXPECT_EQ(statistics(1), 4U);
  ASSERT_EQ(install(1, options, 3), 0U);
  pass(1, 30);
}

// Several connections of all kinds at once, with all that can come wrong; where one ends, another
// takes its place. VITRINE_SEGMENTS says how many segments.
class Differential : public SplicedCard {
 protected:
  static FlowOptions any(test::Random& random) {
    FlowOptions options;
    options.version = random() % 3 == 0 ? TlsVersion::kTls12 : TlsVersion::kTls13;
    options.in_key_size = random() % 2 != 0 ? 16 : 32;
    options.out_key_size = random() % 2 != 0 ? 16 : 32;
    options.ip_version = random() % 2 != 0 ? 4 : 6;
    constexpr size_t largest[] = {300, 3000, 16384};
    options.largest_record = largest[random() % 3];
    options.odd_records = random() % 2 != 0 ? 20 : 0;
    options.ends_at_short = true;
    options.next_keys = random() % 4 != 0;
    options.loss = random() % 2 != 0 ? 5 : 20;
    options.corrupt = random() % 3 == 0 ? 10 : 0;
    options.forbidden = random() % 4 == 0 ? 10 : 0;
    options.odd_flags = random() % 4 == 0 ? 5 : 0;
    options.finish_after = random() % 2 != 0 ? 100 : 0;
    return options;
  }
};

TEST_F(Differential, FramesVerdictsAndCountersEqualTheSoftCards) {
  constexpr unsigned kFlows = 6;
  size_t segments = 2500;
  if (const char* text = std::getenv("VITRINE_SEGMENTS"); text != nullptr) {
    segments = std::strtoull(text, nullptr, 10);
  }
  test::Random random(4);
  for (unsigned i = 0; i < kFlows; ++i) {
    ASSERT_EQ(install(i, any(random), random()), 0U);
  }
  size_t ends = 0;
  size_t wrong = 0;
  for (size_t i = 0; i < segments && !HasFailure(); ++i) {
    const unsigned connection = static_cast<unsigned>(random() % kFlows);
    bench::FlowSegment segment = flow(connection).next();
    send(segment);
    if (!flow(connection).closed()) {
      if (random() % 50 == 0) {
        segment.frame[segment.parsed.l4 + 16] ^= 1;  // the checksum
        send_in_vain(segment);
        ++wrong;
      }
      if (random() % 20 == 0) {
        give_keys(connection, static_cast<Direction>(random() % 2));
      }
      continue;
    }
    expect_all();
    expect_same_statistics(connection);
    size_t closed = 0;
    for (const RingEntry& event : events()) {
      if (event.type == kClosed) {
        ++closed;
        EXPECT_EQ(event.flow, id(connection));
        EXPECT_EQ(event.reason, static_cast<uint8_t>(segment.verdict.close_reason));
        EXPECT_EQ(event.direction, static_cast<uint8_t>(segment.direction));
        EXPECT_EQ(event.record, segment.verdict.record);
      }
    }
    EXPECT_EQ(closed, 1U);
    EXPECT_EQ(remove(connection), 0U);
    ASSERT_EQ(install(connection, any(random), random()), 0U);
    ++ends;
  }
  expect_all();
  for (unsigned i = 0; i < kFlows; ++i) {
    expect_same_statistics(i);
  }
  dropped_[static_cast<size_t>(card::DropReason::kChecksum)] += wrong;
  EXPECT_EQ(counter(regs::kCountersSplicedLo), sent_);
  EXPECT_EQ(counter(regs::kCountersCutLo), cut_);
  for (size_t i = 0; i < card::kDropReasons; ++i) {
    EXPECT_EQ(counter(regs::kCountersDroppedRuleLo + 8 * static_cast<uint32_t>(i)), dropped_[i])
        << card::kDropReasonTexts[i].counter;
  }
  std::printf("%zu segments, %zu sent, %zu flows ended, %llu clocks\n", segments, sent_, ends,
              static_cast<unsigned long long>(card_.clocks()));
  EXPECT_GT(ends, 5U);
}

INSTANTIATE_TEST_SUITE_P(Splice, EachKind,
                         testing::Values(Kind{"Tls13Aes128V4", TlsVersion::kTls13, 16, 16, 4},
                                         Kind{"Tls13Aes256V6", TlsVersion::kTls13, 32, 32, 6},
                                         Kind{"Tls13MixedV4", TlsVersion::kTls13, 16, 32, 4},
                                         Kind{"Tls12Aes128V6", TlsVersion::kTls12, 16, 16, 6},
                                         Kind{"Tls12Aes256V4", TlsVersion::kTls12, 32, 32, 4}),
                         [](const testing::TestParamInfo<Kind>& kind) { return kind.param.name; });

}  // namespace
}  // namespace vitrine::sim
