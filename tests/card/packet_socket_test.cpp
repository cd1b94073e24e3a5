// PacketSocketPort against the kernel, over veth pairs in a network namespace of this process's
// own:
//
//   far_ (wire0) ----veth---- (port0) near_        wire1 ----veth---- port1
//
// The far ends are ports of the same kind; where the two could share a mistake the kernel refuses
// it (it checks the virtio header), or the test reads the bytes.
#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/packet_socket_port.h"
#include "host/card/soft/soft_card.h"
#include "tests/support/packet_builder.h"

namespace vitrine::card::soft {
namespace {

using vitrine::test::PacketBuilder;
using Frame = std::vector<uint8_t>;

constexpr int kPatienceMs = 5000;

bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

struct Arrived {
  Frame bytes;
  WireFrame meta;
};

class PacketSocketTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::unshare(CLONE_NEWNET) != 0) {
      return;
    }
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << "1";
    ready_ = run("ip link add wire0 type veth peer name port0") &&
             run("ip link add wire1 type veth peer name port1") &&
             run("ip link set wire0 up && ip link set port0 up") &&
             run("ip link set wire1 up && ip link set port1 up");
  }

  void SetUp() override {
    ASSERT_TRUE(ready_) << "this test makes network interfaces: run it as root (it uses a network "
                           "namespace of its own) with iproute2 installed";
    far_ = open("wire0");
    near_ = open("port0");
  }

  static std::unique_ptr<WirePort> open(const std::string& name) {
    auto port = PacketSocketPort::open(name);
    EXPECT_TRUE(port.is_ok()) << port.status().to_string();
    return port ? std::move(port).value() : nullptr;
  }

  static bool send(WirePort& port, Frame frame, WireFrame meta = {}) {
    meta.bytes = frame;
    bool accepted = false;
    port.send({&meta, 1}, {&accepted, 1});
    return accepted;
  }

  // A coalesced TCP frame, as a virtual interface sends it.
  static bool send_coalesced(WirePort& port, Frame frame, uint16_t segment_size) {
    ParsedFrame parsed;
    EXPECT_EQ(parse_frame(frame, Port::kInside, parsed), FrameKind::kTcp);
    WireFrame meta;
    meta.bytes = frame;
    leave_checksum_to_port(meta, parsed);
    meta.segment_size = segment_size;
    meta.segmentation = parsed.key.source.is_v6() ? Segmentation::kTcp6 : Segmentation::kTcp4;
    return send(port, frame, meta);
  }

  static Arrived receive(WirePort& port, int patience_ms = kPatienceMs) {
    pollfd fd{port.wait_fd(), POLLIN, 0};
    WireFrame frame;
    Arrived out;
    if (::poll(&fd, 1, patience_ms) == 1 && port.receive({&frame, 1}) == 1) {
      if (frame.checksum == Checksum::kPartial) {
        WireFrame completed = frame;
        complete_checksum(completed);
      }
      out.bytes.assign(frame.bytes.begin(), frame.bytes.end());
      out.meta = frame;
      port.done();
    }
    return out;
  }

  static bool ready_;
  std::unique_ptr<WirePort> far_;
  std::unique_ptr<WirePort> near_;
};

bool PacketSocketTest::ready_ = false;

TEST_F(PacketSocketTest, FramesOfEverySizeCrossUnchanged) {
  for (const size_t length : {0U, 1U, 6U, 100U, 512U, 1459U, 1460U}) {
    const Frame frame = PacketBuilder().payload_of(length).build();
    ASSERT_TRUE(send(*far_, frame));
    const Arrived arrived = receive(*near_);
    EXPECT_EQ(arrived.bytes, frame);
    EXPECT_EQ(arrived.meta.segment_size, 0);
  }
}

TEST_F(PacketSocketTest, ABatchCrossesInOrder) {
  std::vector<Frame> frames;
  std::vector<WireFrame> metas(100);
  frames.reserve(metas.size());
  for (uint32_t i = 0; i < metas.size(); ++i) {
    frames.push_back(PacketBuilder().sequence(i).build());
    metas[i].bytes = frames.back();
  }
  std::array<bool, 100> accepted{};
  near_->send(metas, accepted);
  for (uint32_t i = 0; i < metas.size(); ++i) {
    EXPECT_TRUE(accepted[i]);
    EXPECT_EQ(receive(*far_).bytes, frames[i]);
  }
}

TEST_F(PacketSocketTest, CoalescedFramesCrossWhole) {
  const auto v4 = PacketBuilder().payload_of(60000).psh();
  const auto v6 = PacketBuilder().from("2001:db8::1", 1).to("2001:db8::2", 2).payload_of(60000);
  for (const auto& packet :
       {v4, v6, PacketBuilder(v4).vlan(7), PacketBuilder(v6).vlan(7).vlan(9)}) {
    const Frame frame = packet.build();
    ASSERT_TRUE(send_coalesced(*far_, frame, 1400));
    const Arrived arrived = receive(*near_);
    EXPECT_EQ(arrived.bytes, frame);
    EXPECT_EQ(arrived.meta.segment_size, 1400);
    EXPECT_EQ(arrived.meta.checksum, Checksum::kPartial);
    // And on: what was received can be sent as it is.
    ASSERT_TRUE(send(*near_, arrived.bytes, arrived.meta));
    EXPECT_EQ(receive(*far_).bytes.size(), frame.size());
  }
}

TEST_F(PacketSocketTest, VlanTagsAreWhereTheyWere) {
  const auto packet = PacketBuilder().payload("tagged");
  for (const auto& tagged :
       {PacketBuilder(packet).vlan(1), PacketBuilder(packet).vlan(4095, 7),
        PacketBuilder(packet).vlan(0, 3), PacketBuilder(packet).vlan(100, 2).vlan(200, 1)}) {
    ASSERT_TRUE(send(*far_, tagged.build()));
    EXPECT_EQ(receive(*near_).bytes, tagged.build());
  }
}

TEST_F(PacketSocketTest, PartialChecksumsStayPartialBehindAVlanTag) {
  for (const auto& packet :
       {PacketBuilder().payload_of(700), PacketBuilder().vlan(5).payload_of(7)}) {
    Frame frame = packet.build();
    ParsedFrame parsed;
    ASSERT_EQ(parse_frame(frame, Port::kInside, parsed), FrameKind::kTcp);
    WireFrame meta;
    meta.bytes = frame;
    leave_checksum_to_port(meta, parsed);
    ASSERT_TRUE(send(*far_, frame, meta));
    const Arrived arrived = receive(*near_);
    EXPECT_EQ(arrived.meta.checksum, Checksum::kPartial);
    EXPECT_EQ(arrived.meta.checksum_start, parsed.l4);
    EXPECT_EQ(arrived.bytes, packet.build()) << "completed, it is what a builder makes";
  }
}

TEST_F(PacketSocketTest, WhatTheInterfaceSendsIsNotReceived) {
  ASSERT_TRUE(send(*near_, PacketBuilder().payload("out").build()));
  ASSERT_TRUE(send(*far_, PacketBuilder().payload("in").build()));
  EXPECT_EQ(receive(*near_).bytes, PacketBuilder().payload("in").build());
  EXPECT_TRUE(receive(*near_, 0).bytes.empty());
}

TEST_F(PacketSocketTest, AFrameBeyondTheMtuIsRefusedAndTheRestOfTheBatchGoes) {
  std::vector<Frame> frames{PacketBuilder().payload("one").build(),
                            PacketBuilder().payload_of(5000).build(),
                            PacketBuilder().payload("three").build()};
  std::vector<WireFrame> metas(3);
  for (size_t i = 0; i < 3; ++i) {
    metas[i].bytes = frames[i];
  }
  std::array<bool, 3> accepted{};
  near_->send(metas, accepted);
  EXPECT_TRUE(accepted[0]);
  EXPECT_FALSE(accepted[1]);
  EXPECT_TRUE(accepted[2]);
  EXPECT_EQ(receive(*far_).bytes, frames[0]);
  EXPECT_EQ(receive(*far_).bytes, frames[2]);
}

TEST_F(PacketSocketTest, AMissingInterfaceIsNamed) {
  const auto port = PacketSocketPort::open("absent0");
  ASSERT_FALSE(port.is_ok());
  EXPECT_NE(port.status().message().find("absent0"), std::string::npos);
}

TEST_F(PacketSocketTest, AnOverflowIsCountedAsMissed) {
  // More than the socket's 32 MiB can hold.
  const Frame frame = PacketBuilder().payload_of(60000).build();
  for (int i = 0; i < 1200; ++i) {
    send_coalesced(*far_, frame, 1400);
  }
  EXPECT_GT(near_->missed(), 0U);
}

TEST_F(PacketSocketTest, TheCardJoinsTwoInterfaces) {
  near_.reset();
  auto other_end = open("wire1");
  for (const bool offload : {true, false}) {
    SoftCardConfig config;
    config.inside_interface = "port0";
    config.outside_interface = "port1";
    config.segment_offload = offload;
    auto card = make_soft_card(std::move(config));
    ASSERT_TRUE(card.is_ok()) << card.status().to_string();
    ASSERT_TRUE((*card)->start().is_ok());
    const Frame small = PacketBuilder().vlan(3).payload("over the card").build();
    ASSERT_TRUE(send(*far_, small));
    EXPECT_EQ(receive(*other_end).bytes, small);
    const Frame large = PacketBuilder().payload_of(42000).build();
    ASSERT_TRUE(send_coalesced(*far_, large, 1400));
    if (offload) {
      EXPECT_EQ(receive(*other_end).bytes, large);
    } else {
      for (int i = 0; i < 30; ++i) {
        const Arrived segment = receive(*other_end);
        EXPECT_EQ(segment.bytes.size(), 1454U);
        EXPECT_TRUE(vitrine::test::checksums_are_right(segment.bytes));
      }
    }
    ASSERT_TRUE(send(*other_end, PacketBuilder().reply().build()));
    EXPECT_EQ(receive(*far_).bytes, PacketBuilder().reply().build());
    (*card)->stop();
    EXPECT_TRUE((*card)->counters().balanced());
  }
}

}  // namespace
}  // namespace vitrine::card::soft
