// The decorators of wire ports: cutting and fault injection; and what the card makes of a port that
// refuses.
#include <chrono>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/impaired_port.h"
#include "host/card/soft/memory_port.h"
#include "host/card/soft/segmenting_port.h"
#include "host/card/soft/soft_card.h"
#include "tests/support/packet_builder.h"
#include "tests/support/packet_view.h"

namespace vitrine::card::soft {
namespace {

using vitrine::test::checksums_are_right;
using vitrine::test::PacketBuilder;
using vitrine::test::PacketView;
using Frame = std::vector<uint8_t>;

StoredFrame coalesced(Frame frame, uint16_t segment_size) {
  ParsedFrame parsed;
  EXPECT_EQ(parse_frame(frame, Port::kInside, parsed), FrameKind::kTcp);
  StoredFrame out{std::move(frame), {}};
  out.meta.bytes = out.bytes;
  leave_checksum_to_port(out.meta, parsed);
  out.meta.bytes = {};
  out.meta.segment_size = segment_size;
  out.meta.segmentation = parsed.key.source.is_v6() ? Segmentation::kTcp6 : Segmentation::kTcp4;
  return out;
}

// Everything that a port gives, copied.
std::vector<StoredFrame> receive_all(WirePort& port) {
  std::vector<StoredFrame> out;
  std::array<WireFrame, 8> frames;
  for (size_t n = port.receive(frames); n > 0; n = port.receive(frames)) {
    for (size_t i = 0; i < n; ++i) {
      out.push_back({{frames[i].bytes.begin(), frames[i].bytes.end()}, frames[i]});
    }
    port.done();
  }
  return out;
}

void check_segments(const std::vector<Frame>& segments, const PacketBuilder& packet, size_t size) {
  const Frame whole = packet.build();
  const PacketView expected(whole);
  Frame payload;
  for (size_t i = 0; i < segments.size(); ++i) {
    EXPECT_TRUE(checksums_are_right(segments[i]));
    const PacketView view(segments[i]);
    EXPECT_EQ(view.sequence, expected.sequence + static_cast<uint32_t>(payload.size()));
    EXPECT_LE(view.payload.size(), size);
    const bool last = i + 1 == segments.size();
    EXPECT_EQ((view.flags & kPsh) != 0, last);
    EXPECT_EQ((view.flags & kFin) != 0, last);
    payload.insert(payload.end(), view.payload.begin(), view.payload.end());
  }
  EXPECT_EQ(payload, Frame(expected.payload.begin(), expected.payload.end()));
}

std::vector<PacketBuilder> large_packets() {
  const auto v4 = PacketBuilder().sequence(0xfffff000).payload_of(10001).psh().fin();
  const auto v6 = PacketBuilder(v4).from("2001:db8::1", 5).to("2001:db8::2", 6);
  return {v4, v6, PacketBuilder(v4).vlan(1).timestamps(3, 4), PacketBuilder(v6).vlan(1).vlan(2)};
}

TEST(SegmentingPortTest, CutsCoalescedFramesOnTheWayIn) {
  for (const auto& packet : large_packets()) {
    MemoryWire wire;
    SegmentingPort port(std::make_unique<MemoryPort>(wire));
    ASSERT_TRUE(wire.put(coalesced(packet.build(), 1000)));
    std::vector<Frame> segments;
    for (auto& frame : receive_all(port)) {
      EXPECT_EQ(frame.meta.segment_size, 0);
      EXPECT_NE(frame.meta.checksum, Checksum::kPartial);
      segments.push_back(frame.bytes);
    }
    ASSERT_EQ(segments.size(), 11U);
    check_segments(segments, packet, 1000);
  }
}

TEST(SegmentingPortTest, CutsAndCompletesOnTheWayOut) {
  for (const auto& packet : large_packets()) {
    MemoryWire wire;
    SegmentingPort port(std::make_unique<MemoryPort>(wire));
    StoredFrame large = coalesced(packet.build(), 1000);
    large.meta.bytes = large.bytes;
    Frame small = PacketBuilder().payload("one").build();
    Frame partial = PacketBuilder().payload("two").partial_checksum().build();
    WireFrame plain;
    plain.bytes = small;
    WireFrame unfinished;
    unfinished.bytes = partial;
    unfinished.checksum = Checksum::kPartial;
    unfinished.checksum_start = 34;
    unfinished.checksum_offset = 16;
    const std::array<WireFrame, 4> frames{plain, large.meta, unfinished, plain};
    std::array<bool, 4> accepted{};
    port.send(frames, accepted);
    EXPECT_EQ(accepted, (std::array<bool, 4>{true, true, true, true}));
    const auto sent = wire.take();
    ASSERT_EQ(sent.size(), 14U);
    EXPECT_EQ(sent.front().bytes, small);
    std::vector<Frame> segments;
    for (size_t i = 1; i < 12; ++i) {
      segments.push_back(sent[i].bytes);
    }
    check_segments(segments, packet, 1000);
    EXPECT_EQ(sent[12].bytes, PacketBuilder().payload("two").build());
    EXPECT_EQ(sent[13].bytes, small);
  }
}

TEST(ImpairmentTest, SpecsAreReadAndRefused) {
  const auto parsed = Impairment::parse(
      "seed=7,loss=0.02,reorder=0.05,duplicate=0.01,corrupt=0.001,truncate=0.5,depth=9,side="
      "inside");
  ASSERT_TRUE(parsed.is_ok());
  EXPECT_EQ(parsed->seed, 7U);
  EXPECT_DOUBLE_EQ(parsed->loss, 0.02);
  EXPECT_DOUBLE_EQ(parsed->truncate, 0.5);
  EXPECT_EQ(parsed->depth, 9U);
  EXPECT_TRUE(parsed->applies_to(Port::kInside));
  EXPECT_FALSE(parsed->applies_to(Port::kOutside));
  EXPECT_TRUE(Impairment::parse("loss=0.5,side=both")->applies_to(Port::kOutside));
  for (const char* bad : {"loss", "loss=", "loss=2", "loss=-1", "loss=0.1x", "speed=1", "side=up",
                          "depth=0", "seed=x", "loss=0.1,,"}) {
    EXPECT_FALSE(Impairment::parse(bad).is_ok()) << bad;
  }
}

constexpr uint32_t kFrames = 2000;

std::vector<StoredFrame> impair(const char* spec, const Clock& clock) {
  MemoryWire wire;
  ImpairedPort port(std::make_unique<MemoryPort>(wire), Impairment::parse(spec).value(),
                    Port::kInside, clock);
  for (uint32_t i = 0; i < kFrames; ++i) {
    EXPECT_TRUE(wire.put({PacketBuilder().sequence(i).payload_of(64).build(), {}}));
  }
  return receive_all(port);
}

TEST(ImpairedPortTest, IsRepeatableFromItsSeed) {
  const ManualClock clock;
  const char* spec = "seed=3,loss=0.1,reorder=0.1,duplicate=0.1,corrupt=0.1,truncate=0.1";
  const auto first = impair(spec, clock);
  const auto second = impair(spec, clock);
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].bytes, second[i].bytes);
    EXPECT_EQ(first[i].meta.lost, second[i].meta.lost);
  }
  const auto other = impair("seed=4,loss=0.1,reorder=0.1,duplicate=0.1", clock);
  EXPECT_NE(first.size(), other.size());
}

TEST(ImpairedPortTest, LosesByMarkingAndForgetsNothing) {
  const ManualClock clock;
  const auto frames = impair("loss=0.2", clock);
  EXPECT_EQ(frames.size(), kFrames);
  const auto lost = static_cast<size_t>(std::count_if(
      frames.begin(), frames.end(), [](const StoredFrame& frame) { return frame.meta.lost; }));
  EXPECT_GT(lost, kFrames / 10);
  EXPECT_LT(lost, kFrames / 3);
}

TEST(ImpairedPortTest, DuplicatesAndReordersWithinItsDepth) {
  const ManualClock clock;
  const auto twice = impair("duplicate=1", clock);
  EXPECT_EQ(twice.size(), 2 * kFrames);
  ManualClock later;
  MemoryWire wire;
  ImpairedPort port(std::make_unique<MemoryPort>(wire),
                    Impairment::parse("reorder=0.2,depth=5").value(), Port::kInside, later);
  for (uint32_t i = 0; i < kFrames; ++i) {
    ASSERT_TRUE(wire.put({PacketBuilder().sequence(i).build(), {}}));
  }
  auto frames = receive_all(port);
  later.advance_ms(3);
  for (auto& frame : receive_all(port)) {
    frames.push_back(std::move(frame));
  }
  ASSERT_EQ(frames.size(), kFrames) << "those at the end leave when their time is up";
  size_t moved = 0;
  for (uint32_t i = 0; i < kFrames; ++i) {
    const uint32_t sequence = PacketView(frames[i].bytes).sequence;
    moved += sequence < i ? 1 : 0;
    EXPECT_LE(i, sequence + 20);
  }
  EXPECT_GT(moved, kFrames / 10);
}

TEST(ImpairedPortTest, CorruptsThePayloadUnderARightChecksum) {
  const ManualClock clock;
  for (const auto& frame : impair("corrupt=1", clock)) {
    EXPECT_TRUE(checksums_are_right(frame.bytes));
    const PacketView view(frame.bytes);
    size_t wrong = 0;
    for (const uint8_t byte : view.payload) {
      wrong += byte != 0x5a ? 1 : 0;
    }
    EXPECT_EQ(wrong, 1U);
  }
}

TEST(ImpairedPortTest, TruncatedFramesAreShorter) {
  const ManualClock clock;
  const size_t whole = PacketBuilder().payload_of(64).build().size();
  for (const auto& frame : impair("truncate=1", clock)) {
    EXPECT_LT(frame.bytes.size(), whole);
  }
}

// Not a timed test: only a card that hangs gets to the end of the patience.
bool settled(Card& card, uint64_t frames) {
  for (int i = 0; i < 20000; ++i) {
    const Counters counters = card.counters();
    if (counters.total_in() >= frames && counters.balanced()) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(SoftCardTest, FramesThatThePortRefusesAreCounted) {
  MemoryWire inside;
  MemoryWire outside(10);
  SoftCardConfig config;
  config.inside_port = std::make_unique<MemoryPort>(inside);
  config.outside_port = std::make_unique<MemoryPort>(outside);
  auto made = make_soft_card(std::move(config));
  ASSERT_TRUE(made.is_ok());
  Card& card = **made;
  ASSERT_TRUE(card.start().is_ok());
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(inside.put({PacketBuilder().build(), {}}));
  }
  ASSERT_TRUE(settled(card, 25));
  Counters counters = card.counters();
  EXPECT_EQ(counters.forwarded, 10U);
  EXPECT_EQ(counters.dropped[static_cast<size_t>(DropReason::kEgressFull)], 15U);
  ASSERT_TRUE(card.inject(InjectAs::kEgress, {Port::kOutside, 0}, PacketBuilder().build()).is_ok());
  card.flush();
  while (card.counters().injected_egress == 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(card.counters().egress_lost, 1U);
  card.stop();
}

TEST(SoftCardTest, WhatTheFaultInjectorLosesIsCountedAsReceivedAndImpaired) {
  MemoryWire inside;
  MemoryWire outside;
  SoftCardConfig config;
  config.inside_port = std::make_unique<MemoryPort>(inside);
  config.outside_port = std::make_unique<MemoryPort>(outside);
  config.impairment = "loss=0.3,reorder=0.3,truncate=0.1,side=inside";
  auto made = make_soft_card(std::move(config));
  ASSERT_TRUE(made.is_ok());
  Card& card = **made;
  ASSERT_TRUE(card.start().is_ok());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(inside.put({PacketBuilder().payload_of(20).build(), {}}));
    ASSERT_TRUE(outside.put({PacketBuilder().reply().build(), {}}));
  }
  ASSERT_TRUE(settled(card, 2000));
  const Counters counters = card.counters();
  EXPECT_EQ(counters.received[0], 1000U);
  EXPECT_GT(counters.dropped[static_cast<size_t>(DropReason::kImpaired)], 200U);
  EXPECT_GT(counters.dropped[static_cast<size_t>(DropReason::kMalformed)], 30U);
  EXPECT_EQ(inside.take().size(), 1000U) << "the other side is not impaired";
  card.stop();
}

TEST(SoftCardTest, AnUnusableConfigurationIsRefused) {
  SoftCardConfig nowhere;
  nowhere.inside_interface = "absent0";
  EXPECT_FALSE(make_soft_card(std::move(nowhere)).is_ok());
  MemoryWire wire;
  SoftCardConfig impaired;
  impaired.inside_port = std::make_unique<MemoryPort>(wire);
  impaired.outside_port = std::make_unique<MemoryPort>(wire);
  impaired.impairment = "loss=7";
  EXPECT_EQ(make_soft_card(std::move(impaired)).status().code(), Code::kInvalidArgument);
  SoftCardConfig none;
  none.max_flows = 0;
  EXPECT_EQ(make_soft_card(std::move(none)).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace vitrine::card::soft
