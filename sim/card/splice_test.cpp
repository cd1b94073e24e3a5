// Spliced connections through the whole card, against the soft card: several at once, installed by
// the flow mailbox, their segments by both ports; what leaves, what the punt ring is told, and the
// statistics must be the soft card's.
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

#include "sim/bench/record/spliced_flow.h"
#include "sim/card/card_harness.h"

#include "host/base/secret.h"
#include "host/card/flow_image.h"

namespace vitrine::sim {
namespace {

namespace regs = card::regs;
using bench::FlowOptions;
using bench::FlowSegment;
using bench::SplicedFlow;
using card::Direction;
using Frame = std::vector<uint8_t>;

constexpr std::array kDirections = {Direction::kFromInside, Direction::kFromOutside};

class CardSplice : public CardHarness {
 protected:
  static constexpr size_t kFlows = 4;
  static constexpr size_t kSlots = 8;
  static constexpr uint64_t kZeroizeClocks = 3000;

  struct Flow {
    std::unique_ptr<SplicedFlow> stream;
    card::FlowHandle handle;
    card::FlowSpec spec;
    std::array<size_t, 2> answered{};  // key updates
    std::array<size_t, 2> told{};      // key updates, by the card
    bool closed_told = false;
  };

  static void SetUpTestSuite() { ASSERT_TRUE(secure_memory_init()); }

  template <typename Choose>
  void run(size_t segments, uint64_t seed, Choose choose) {
    if (const char* text = std::getenv("VITRINE_SEGMENTS"); text != nullptr) {
      segments = std::strtoull(text, nullptr, 10);
    }
    test::Random random(seed);
    for (size_t sent = 0; sent < segments;) {
      for (size_t i = 0; i < kFlows; ++i) {
        Flow& flow = flows_[i];
        if (flow.stream != nullptr && flow.stream->closed()) {
          ASSERT_NO_FATAL_FAILURE(remove(flow));
        }
        if (flow.stream == nullptr) {
          ASSERT_NO_FATAL_FAILURE(install(flow, i, choose(random), random));
        }
        for (const Direction direction : kDirections) {
          ASSERT_NO_FATAL_FAILURE(give_keys(flow, direction));
        }
      }
      for (size_t burst = 1 + random() % 12; burst > 0; --burst) {
        Flow& flow = flows_[random() % kFlows];
        if (!flow.stream->closed()) {
          send(flow, flow.stream->next());
          ++sent;
        }
      }
      settle();
      ASSERT_NO_FATAL_FAILURE(compare());
    }
    std::printf(
        "%zu frames left, %zu did not, %zu flows closed, %zu key updates, %.1f clocks a frame\n",
        left_, dropped_, closed_, updates_,
        static_cast<double>(card_.clocks()) / static_cast<double>(left_ + dropped_));
  }

  void put(const card::FlowImage& image) {
    for (size_t i = 0; i < image.size(); ++i) {
      write(regs::kFlowMailbox + 4 * static_cast<uint32_t>(i), image.word(i));
    }
  }
  // The command's result.
  uint32_t command(const Result<card::FlowImage>& image, uint32_t operation) {
    EXPECT_TRUE(image);
    put(*image);
    const uint64_t before = card_.clocks();
    write(regs::kFlowsCommand, operation);
    while ((read(regs::kFlowsStatus) & 1U) != 0) {
    }
    command_clocks_ = card_.clocks() - before;
    return read(regs::kFlowsStatus) >> 4;
  }

  void install(Flow& flow, size_t index, const FlowOptions& options, test::Random& random,
               uint32_t idle_ms = 3'600'000) {
    flow = {};
    FlowOptions chosen = options;
    chosen.ipv6 = random() % 2 != 0;
    flow.stream = std::make_unique<SplicedFlow>(chosen, pools_, random());
    flow.handle = {++last_id_, static_cast<uint16_t>(index)};
    card::FlowKey& key = flow.spec.key;
    const uint8_t version = *chosen.ipv6 ? 6 : 4;
    key.source.version = version;
    key.destination.version = version;
    key.source.bytes[0] = 10;
    key.source.bytes[3] = static_cast<uint8_t>(index + 1);
    key.destination.bytes[0] = 10;
    key.destination.bytes[3] = 200;
    key.source_port = static_cast<uint16_t>(1000 + last_id_);
    key.destination_port = 443;
    flow.spec.action = card::Action::kSplice;
    flow.spec.idle_timeout_ms = idle_ms;
    flow.spec.splice = flow.stream->splice();
    ASSERT_EQ(command(card::FlowImage::install(flow.handle, flow.spec), 1), 0U);
    ASSERT_LE(command_clocks_, 64U);
  }

  void remove(Flow& flow) {
    EXPECT_TRUE(flow.closed_told);
    ASSERT_EQ(command(card::FlowImage::remove(flow.handle, flow.spec.key), 2), 0U);
    Frame words(128);
    for (uint32_t i = 0; i < 32; ++i) {
      const uint32_t word = read(regs::kFlowsResult0 + 4 * i);
      std::memcpy(&words[4 * i], &word, 4);
    }
    expect_statistics(words.data(), flow.stream->stats());
    flow.stream.reset();
  }

  // The keys that a direction's sender has gone on to need, where it has.
  void give_keys(Flow& flow, Direction direction) {
    SplicedFlow& stream = *flow.stream;
    size_t& answered = flow.answered[card::index(direction)];
    const size_t generation = stream.installed(direction);
    ASSERT_EQ(flow.told[card::index(direction)], stream.generations(direction).size());
    if (stream.closed() || stream.generations(direction).size() == answered ||
        generation == SplicedFlow::kGenerations) {
      return;
    }
    const bool taken = stream.update_keys(direction);
    const uint32_t result =
        command(card::FlowImage::update_keys(flow.handle, direction,
                                             stream.in_key(direction, generation).record_key(),
                                             stream.out_key(direction, generation).record_key()),
                3U | static_cast<uint32_t>(card::index(direction)) << 4);
    ASSERT_EQ(result, taken ? 0U : 3U);
    answered += taken ? 1 : 0;
    updates_ += taken ? 1 : 0;
  }

  // The stream's frames have addresses of their own; here each flow has its own.
  static void readdress(Frame& frame, const Flow& flow, Direction direction,
                        card::soft::ParsedFrame parsed, uint32_t payload_length) {
    const card::FlowKey key =
        direction == Direction::kFromInside ? flow.spec.key : flow.spec.key.reversed();
    const size_t width = key.source.version == 6 ? 16 : 4;
    const size_t at = parsed.l3 + (width == 16 ? 8U : 12U);
    std::copy_n(key.source.bytes.begin(), width, frame.begin() + static_cast<ptrdiff_t>(at));
    std::copy_n(key.destination.bytes.begin(), width,
                frame.begin() + static_cast<ptrdiff_t>(at + width));
    const size_t ports = parsed.l4;
    frame[ports] = static_cast<uint8_t>(key.source_port >> 8);
    frame[ports + 1] = static_cast<uint8_t>(key.source_port);
    frame[ports + 2] = static_cast<uint8_t>(key.destination_port >> 8);
    frame[ports + 3] = static_cast<uint8_t>(key.destination_port);
    parsed.payload_length = payload_length;
    bench::complete_checksums(frame, parsed);
  }

  void send(Flow& flow, FlowSegment segment) {
    const Direction direction = segment.direction;
    readdress(segment.frame, flow, direction, segment.parsed, segment.parsed.payload_length);
    card_.put_frame(static_cast<unsigned>(direction), segment.frame);
    // One by one: frames of different ports have no order among them.
    settle();
    if (segment.verdict.kind == card::soft::SpliceVerdict::Kind::kSend) {
      readdress(segment.sent, flow, direction, segment.parsed, segment.verdict.payload_length);
      leaving_[1 - card::index(direction)].push_back(std::move(segment.sent));
      ++left_;
    } else {
      ++dropped_;
    }
    if (segment.verdict.closed) {
      closing_.push_back({&flow, segment.verdict, direction, flow.stream->stats()});
      ++closed_;
    }
  }

  void compare() {
    for (unsigned port = 0; port < 2; ++port) {
      Frame frame;
      while (card_.take_frame(port, frame)) {
        ASSERT_FALSE(leaving_[port].empty());
        ASSERT_EQ(frame, leaving_[port].front());
        leaving_[port].pop_front();
      }
      ASSERT_TRUE(leaving_[port].empty()) << "a frame did not leave by port " << port;
    }
    for (const uint32_t head = read(regs::kRingsPuntHead); punts_ != head;
         punts_ = (punts_ + 1) % kEntries) {
      ASSERT_NO_FATAL_FAILURE(take_entry(&memory_[punts_ * size_t{kEntry}]));
    }
    write(regs::kRingsPuntTail, punts_);
    ASSERT_TRUE(closing_.empty());
  }

  void take_entry(const uint8_t* entry) {
    const size_t connection = entry[6] | entry[7] << 8;
    ASSERT_LT(connection, kFlows);
    Flow& flow = flows_[connection];
    ASSERT_EQ(number(entry + 8), flow.handle.id);
    if (entry[0] == 2) {
      const size_t direction = entry[3];
      ASSERT_LT(direction, 2U);
      const auto& generations = flow.stream->generations(static_cast<Direction>(direction));
      const size_t nth = flow.told[direction]++;
      ASSERT_LT(nth, generations.size());
      uint32_t generation = 0;
      std::memcpy(&generation, entry + 24, sizeof generation);
      ASSERT_EQ(generation, generations[nth]);
      return;
    }
    ASSERT_EQ(entry[0], 1U);
    ASSERT_FALSE(closing_.empty());
    const Closing& closing = closing_.front();
    ASSERT_EQ(closing.flow, &flow);
    ASSERT_EQ(entry[2], static_cast<uint8_t>(closing.verdict.close_reason));
    ASSERT_EQ(entry[3], static_cast<uint8_t>(closing.direction));
    if (closing.verdict.close_reason >= card::CloseReason::kBadRecord) {
      ASSERT_EQ(number(entry + 16), closing.verdict.record);
    }
    expect_statistics(entry + 64, closing.stats);
    flow.closed_told = true;
    closing_.pop_front();
  }

  static uint64_t number(const uint8_t* bytes) {
    uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }

  // RESULT's words, as host/card/driver reads them.
  static void expect_statistics(const uint8_t* words, const card::FlowStats& expected) {
    for (const Direction direction : kDirections) {
      const card::DirectionStats& side = expected.directions[card::index(direction)];
      const uint8_t* own = words + 64 * card::index(direction);
      uint32_t last[2];
      std::memcpy(last, own + 40, sizeof last);
      EXPECT_EQ(number(own), side.packets);
      EXPECT_EQ(number(own + 8), side.bytes);
      EXPECT_EQ(number(own + 16), side.payload_bytes);
      EXPECT_EQ(number(own + 24), side.new_payload_bytes);
      EXPECT_EQ(number(own + 32), side.records);
      EXPECT_EQ(last[0], side.next_sequence);
      EXPECT_EQ(last[1], side.last_acknowledgement);
    }
  }

  struct Closing {
    Flow* flow;
    card::soft::SpliceVerdict verdict;
    Direction direction;
    card::FlowStats stats;
  };
  card::soft::SplicePools pools_{{1024, 4, 4, kSlots}};
  std::array<Flow, kFlows> flows_;
  std::array<std::deque<Frame>, 2> leaving_;
  std::deque<Closing> closing_;
  uint64_t last_id_ = 0;
  uint32_t punts_ = 0;  // the ring's tail
  uint64_t command_clocks_ = 0;
  size_t left_ = 0;
  size_t dropped_ = 0;
  size_t closed_ = 0;
  size_t updates_ = 0;
};

FlowOptions any_flow(test::Random& random) {
  FlowOptions options;
  options.version = random() % 3 == 0 ? card::TlsVersion::kTls12 : card::TlsVersion::kTls13;
  options.in_key_size = random() % 2 != 0 ? 16 : 32;
  options.out_key_size = random() % 2 != 0 ? 16 : 32;
  constexpr size_t largest[] = {300, 3000, 16384};
  options.largest_record = largest[random() % 3];
  options.loss = random() % 2 != 0 ? 5 : 20;
  options.odd_records = 30;
  options.ends_at_short = true;
  options.next_keys = random() % 4 != 0;
  options.finish_after = random() % 2 != 0 ? 60 : 0;
  return options;
}

TEST_F(CardSplice, FramesEventsAndStatisticsEqualTheSoftCards) {
  run(1500, 1, any_flow);
  EXPECT_GT(left_, 1000U);
  EXPECT_GT(updates_, 5U);
  EXPECT_GT(closed_, 3U);
}

TEST_F(CardSplice, ChangedAndForbiddenRecordsEndTheFlowAsOnTheSoftCard) {
  run(1500, 2, [](test::Random& random) {
    FlowOptions options = any_flow(random);
    options.corrupt = 20;
    options.forbidden = 5;
    options.odd_flags = 5;
    return options;
  });
  EXPECT_GT(closed_, 10U);
}

FlowOptions quiet_flow(test::Random&) {
  FlowOptions options;
  options.smallest_record = 70;  // behind shorter ones the engine cuts
  options.loss = 0;
  options.odd_records = 0;
  options.next_keys = false;
  return options;
}

// A connection that ends without a verdict of the record engine: its context serves the next one.
TEST_F(CardSplice, AnIdleFlowIsToldAndItsContextCanBeUsedAgain) {
  test::Random random(3);
  for (uint32_t round = 1; round <= 3; ++round) {
    Flow& flow = flows_[0];
    ASSERT_NO_FATAL_FAILURE(install(flow, 0, quiet_flow(random), random, 1000));
    for (const Direction direction : kDirections) {
      send(flow, flow.stream->next_in_order(direction, 1000));
    }
    ASSERT_NO_FATAL_FAILURE(compare());
    closing_.push_back({&flow,
                        {.closed = true, .close_reason = card::CloseReason::kIdle},
                        Direction::kFromInside,
                        flow.stream->stats()});
    card_.set_time_ms(2000 * round);
    settle();
    ASSERT_NO_FATAL_FAILURE(compare());
    // It is dead: what comes still goes to the host.
    FlowSegment late = flow.stream->next_in_order(Direction::kFromInside, 500);
    readdress(late.frame, flow, late.direction, late.parsed, late.parsed.payload_length);
    card_.put_frame(0, late.frame);
    settle();
    Frame frame;
    EXPECT_FALSE(card_.take_frame(1, frame));
    EXPECT_EQ(memory_[punts_ * size_t{kEntry}], 0);
    punts_ = (punts_ + 1) % kEntries;
    EXPECT_EQ(read(regs::kRingsPuntHead), punts_);
    write(regs::kRingsPuntTail, punts_);
    ASSERT_EQ(command(card::FlowImage::remove(flow.handle, flow.spec.key), 2), 0U);
  }
}

TEST_F(CardSplice, AResetFlowsContextCanBeUsedAgainAtOnce) {
  run(800, 4, [](test::Random& random) {
    FlowOptions options = quiet_flow(random);
    options.odd_flags = 100;
    return options;
  });
  EXPECT_GT(closed_, 10U);
}

// Keys are gone within the clocks of rtl/track's README, and no frame leaves by them any more.
TEST_F(CardSplice, ZeroizingEndsEverySpliceInABoundedTime) {
  test::Random random(5);
  for (size_t i = 0; i < kFlows; ++i) {
    ASSERT_NO_FATAL_FAILURE(install(flows_[i], i, quiet_flow(random), random));
    send(flows_[i], flows_[i].stream->next_in_order(Direction::kFromOutside, 1000));
  }
  ASSERT_NO_FATAL_FAILURE(compare());
  const uint32_t count = read(regs::kControlZeroizeCount);
  const uint64_t before = card_.clocks();
  write(regs::kControlZeroize, 1);
  while (read(regs::kControlZeroizeCount) == count) {
    ASSERT_LT(card_.clocks() - before, kZeroizeClocks);
  }
  std::printf("zeroized in %zu clocks\n", static_cast<size_t>(card_.clocks() - before));
  for (Flow& flow : flows_) {
    closing_.push_back({&flow,
                        {.closed = true, .close_reason = card::CloseReason::kZeroized},
                        Direction::kFromInside,
                        flow.stream->stats()});
  }
  settle();
  ASSERT_NO_FATAL_FAILURE(compare());
  for (Flow& flow : flows_) {
    FlowSegment late = flow.stream->next_in_order(Direction::kFromOutside, 500);
    readdress(late.frame, flow, late.direction, late.parsed, late.parsed.payload_length);
    card_.put_frame(1, late.frame);
    settle();
    Frame frame;
    EXPECT_FALSE(card_.take_frame(0, frame));
    punts_ = (punts_ + 1) % kEntries;
    write(regs::kRingsPuntTail, punts_);
    ASSERT_EQ(command(card::FlowImage::remove(flow.handle, flow.spec.key), 2), 0U);
    flow.stream.reset();
  }
  run(100, 6, quiet_flow);
  EXPECT_GT(left_, 80U);
}

}  // namespace
}  // namespace vitrine::sim
