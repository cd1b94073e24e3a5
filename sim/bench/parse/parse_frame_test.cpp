// parse_frame: rate and latency, the shapes of headers, and equality with the soft card's parser on
// hostile frames.
#include "sim/bench/parse/parse_bench.h"
#include "sim/bench/parse/random_frames.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace vitrine::bench {
namespace {

using card::Port;
using card::soft::FrameKind;
using test::PacketBuilder;
using testing::IsEmpty;

PacketBuilder v6() { return PacketBuilder().from("2001:db8::1", 1).to("2001:db8::2", 2); }

void expect_equal(ParseBench& bench, size_t frames) {
  EXPECT_EQ(bench.compared(), frames);
  EXPECT_THAT(bench.violations(), IsEmpty());
  EXPECT_TRUE(bench.differences().empty())
      << bench.differences().size() << " differ, first: " << bench.differences()[0];
}

TEST(ParseFrame, AFrameOf64BytesAClock) {
  constexpr size_t kFrames = 1000;
  ParseBench bench;
  Frame frame = PacketBuilder().timestamps(1, 2).build();
  frame.resize(64);
  const uint64_t before = bench.clocks();
  for (size_t i = 0; i < kFrames; ++i) {
    bench.send(frame, i % 2 == 0 ? Port::kInside : Port::kOutside);
  }
  bench.run();
  expect_equal(bench, kFrames);
  EXPECT_EQ(bench.latency(), 10U);
  EXPECT_LE(bench.clocks() - before, kFrames + 10 + 51);
}

TEST(ParseFrame, EveryShapeOfHeaderIsFound) {
  ParseBench bench;
  size_t sent = 0;
  for (size_t tags = 0; tags <= 2; ++tags) {
    for (size_t options = 0; options <= 40; options += 4) {
      for (const PacketBuilder& base : {PacketBuilder().ip_options(options), v6()}) {
        for (PacketBuilder packet :
             {PacketBuilder(base),
              PacketBuilder(base).timestamps(1, 2).sack({{1, 2}, {3, 4}, {5, 6}}),
              PacketBuilder(base).sack({{1, 2}, {3, 4}, {5, 6}, {7, 8}}), PacketBuilder(base).udp(),
              PacketBuilder(base).protocol(47)}) {
          for (size_t tag = 0; tag < tags; ++tag) {
            packet.vlan(static_cast<uint16_t>(100 + tag));
          }
          bench.send(packet.payload("0123456789").build(), Port::kOutside);
          ++sent;
        }
      }
    }
  }
  bench.run();
  expect_equal(bench, sent);
  EXPECT_EQ(bench.of_kind(FrameKind::kTcp), sent * 3 / 5);
  EXPECT_EQ(bench.of_kind(FrameKind::kOtherIp), sent * 2 / 5);
}

TEST(ParseFrame, FragmentsAndExtensionHeadersAreFlagged) {
  ParseBench bench;
  bench.send(PacketBuilder().fragment(0, true).payload("x").build(), Port::kInside);
  bench.send(PacketBuilder().fragment(185, false).payload("x").build(), Port::kInside);
  bench.send(v6().fragment(0, true).payload("x").build(), Port::kInside);
  for (const uint8_t kind :
       std::initializer_list<uint8_t>{0, 43, 51, 60, 135, 139, 140, 253, 254}) {
    bench.send(v6().extension_header(kind).payload("x").build(), Port::kInside);
  }
  bench.send(v6().fragment(0, true).extension_header(60).build(), Port::kInside);
  bench.run();
  expect_equal(bench, 13);
  EXPECT_EQ(bench.of_kind(FrameKind::kFragment) + bench.of_kind(FrameKind::kExtensionHeader), 13U);
  EXPECT_GE(bench.of_kind(FrameKind::kExtensionHeader), 9U);
}

TEST(ParseFrame, EveryPrefixOfAFrameIsJudgedAsByTheReference) {
  ParseBench bench;
  size_t sent = 0;
  for (const auto& packet :
       {PacketBuilder().vlan(1).ip_options(40).timestamps(1, 2).payload_of(80),
        v6().vlan(1).vlan(2).sack({{1, 2}}).payload_of(80), PacketBuilder().udp().payload("xyz"),
        v6().fragment(0, true), v6().extension_header(0), v6().udp()}) {
    const Frame frame = packet.build();
    for (size_t length = 1; length <= frame.size(); ++length) {
      bench.send(Frame(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(length)),
                 Port::kInside);
      ++sent;
    }
  }
  bench.run();
  expect_equal(bench, sent);
}

TEST(ParseFrame, EveryLengthFieldNearItsLimits) {
  ParseBench bench;
  size_t sent = 0;
  for (const auto& packet :
       {PacketBuilder().payload("xyz"), v6().payload("xyz"), v6().fragment(0, true),
        v6().fragment(0, true).extension_header(0), v6().udp().payload("abcdefgh"),
        PacketBuilder().udp().payload("abcdefgh")}) {
    const Frame frame = packet.build();
    const bool is_v6 = frame[12] == 0x86;
    for (unsigned length = 0; length <= frame.size(); ++length) {
      Frame changed = frame;
      changed[is_v6 ? 19 : 17] = static_cast<uint8_t>(length);
      bench.send(changed, Port::kInside);
      changed = frame;
      changed[is_v6 ? 14 + 40 + 5 : 14 + 20 + 5] = static_cast<uint8_t>(length);  // of UDP
      bench.send(changed, Port::kInside);
      sent += 2;
    }
    for (unsigned nibbles = 0; nibbles < 256; ++nibbles) {
      Frame changed = frame;
      changed[14] = static_cast<uint8_t>(nibbles);  // version and header length
      bench.send(changed, Port::kInside);
      changed = frame;
      changed[is_v6 ? 14 + 40 + 12 : 14 + 20 + 12] =
          static_cast<uint8_t>(nibbles);  // TCP's header length
      bench.send(changed, Port::kInside);
      sent += 2;
    }
  }
  bench.run();
  expect_equal(bench, sent);
}

TEST(ParseFrame, EveryOptionLengthAtEveryPlace) {
  ParseBench bench;
  size_t sent = 0;
  for (size_t place = 0; place < 40; ++place) {
    for (const uint8_t kind : std::initializer_list<uint8_t>{0, 1, 5, 8, 30}) {
      for (unsigned length = 0; length <= 42; ++length) {
        std::vector<uint8_t> options(40, 1);
        options[place] = kind;
        if (place + 1 < options.size()) {
          options[place + 1] = static_cast<uint8_t>(length);
        }
        bench.send(PacketBuilder().tcp_option(options).build(), Port::kInside);
        ++sent;
      }
    }
  }
  bench.run();
  expect_equal(bench, sent);
}

TEST(ParseFrame, LongFramesKeepTheirLength) {
  ParseBench bench;
  for (const size_t length : {1500U, 9216U, 64000U}) {
    bench.send(PacketBuilder().payload_of(length - 54).build(), Port::kInside);
    bench.send(PacketBuilder().timestamps(1, 2).build(), Port::kOutside);
  }
  bench.run();
  expect_equal(bench, 6);
}

TEST(ParseFrame, RandomAndMutatedFramesAsByTheReference) {
  constexpr size_t kFrames = 250'000;
  ParseBench bench(5, 10, 42);
  std::mt19937_64 random(20261124);
  for (size_t i = 0; i < kFrames; ++i) {
    Frame frame = random_frame(random);
    if (i % 4 != 0) {
      mutate(frame, random);
    }
    bench.send(std::move(frame), random() % 2 != 0 ? Port::kOutside : Port::kInside);
    if (i % 1000 == 999) {
      bench.run();
    }
  }
  bench.run();
  expect_equal(bench, kFrames);
  // The mixture reaches every kind often.
  for (const FrameKind kind :
       {FrameKind::kTcp, FrameKind::kOtherIp, FrameKind::kNotIp, FrameKind::kFragment,
        FrameKind::kExtensionHeader, FrameKind::kMalformed}) {
    EXPECT_GE(bench.of_kind(kind), 2000U) << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace vitrine::bench
