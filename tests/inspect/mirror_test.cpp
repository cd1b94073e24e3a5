#include "host/inspect/mirror.h"

#include <gtest/gtest.h>

#include "host/inspect/pcapng.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::inspect {
namespace {

struct Packet {
  wire::TcpPacket tcp;
  std::string payload;
  uint64_t dropped = 0;
};

uint32_t le32(std::string_view text, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) {
    value = value << 8 | static_cast<uint8_t>(text[at + i]);
  }
  return value;
}

// The packets of a file; its other blocks are checked for their lengths.
std::vector<Packet> packets(std::string_view file) {
  std::vector<Packet> out;
  while (!file.empty()) {
    const uint32_t size = le32(file, 4);
    EXPECT_EQ(size % 4, 0U);
    EXPECT_LE(size, file.size());
    EXPECT_EQ(le32(file, size - 4), size);
    if (le32(file, 0) == 6) {
      const uint32_t length = le32(file, 20);
      const std::string_view frame = file.substr(28, length);
      const auto tcp = wire::parse_frame(as_bytes(frame), card::Port::kInside);
      EXPECT_TRUE(tcp);
      EXPECT_TRUE(wire::checksums_are_right(*tcp));
      Packet packet{*tcp, std::string(as_text(tcp->payload)), 0};
      for (size_t at = 28 + (length + 3) / 4 * 4; at + 8 < size;) {
        const uint32_t head = le32(file, at);
        if ((head & 0xffff) == 4) {
          packet.dropped = le32(file, at + 4);
        }
        at += 4 + ((head >> 16) + 3) / 4 * 4;
      }
      out.push_back(packet);
    }
    file.remove_prefix(size);
  }
  return out;
}

class MirrorTest : public testing::Test {
 protected:
  std::unique_ptr<MirrorReader> open(MirrorFilter filter = {}) {
    return hub_.open(std::move(filter), [this] { ++wakes_; }).value();
  }

  ManualClock clock_;
  MirrorHub hub_{clock_};
  Endpoint client_{IpAddress::parse("10.0.0.1").value(), 40000};
  Endpoint server_{IpAddress::parse("192.0.2.1").value(), 443};
  int wakes_ = 0;
};

TEST_F(MirrorTest, AConversationIsWholeTcp) {
  for (const bool v6 : {false, true}) {
    if (v6) {
      client_.address = IpAddress::parse("2001:db8::1").value();
      server_.address = IpAddress::parse("2001:db8::2").value();
    }
    const auto reader = open();
    MirrorFlow flow(hub_, client_, server_, "example.org");
    flow.data(Side::kClient, as_bytes("question"));
    flow.data(Side::kServer, as_bytes(std::string(40'000, 'a')));
    flow.end(true);
    flow.end(true);
    const std::vector<Packet> all = packets(reader->take());
    ASSERT_EQ(all.size(), 3U + 1 + 3 + 3);
    EXPECT_EQ(all[0].tcp.key.destination_port, 80) << "TLS is gone, and with it its port";
    EXPECT_EQ(all[0].tcp.flags, wire::kSyn);
    EXPECT_EQ(all[3].payload, "question");
    EXPECT_EQ(all[3].tcp.sequence, all[0].tcp.sequence + 1);
    EXPECT_EQ(all[6].tcp.sequence, 1U + 32768);
    EXPECT_EQ(all[6].tcp.acknowledgement, 1U + 8);
    EXPECT_TRUE(all[7].tcp.has(wire::kFin));
    EXPECT_EQ(reader->packets(), 10U);
  }
}

TEST_F(MirrorTest, FiltersAndLimits) {
  MirrorFilter of_another;
  of_another.host = "other.example";
  const auto other = open(of_another);
  MirrorFilter of_this;
  of_this.client = client_.address;
  of_this.server = server_.address;
  of_this.port = 443;
  of_this.host = "example.org";
  const auto reader = open(of_this);
  MirrorFlow flow(hub_, client_, server_, "example.org");
  flow.data(Side::kClient, as_bytes("x"));
  EXPECT_EQ(other->packets(), 0U);
  EXPECT_EQ(reader->packets(), 4U);
  std::vector<std::unique_ptr<MirrorReader>> more;
  while (auto opened = hub_.open({}, [] {})) {
    more.push_back(std::move(opened).value());
  }
  EXPECT_EQ(more.size() + 2, MirrorHub::kMaxReaders);
}

TEST_F(MirrorTest, ASlowReaderLosesPacketsAndIsTold) {
  const auto reader = open();
  (void)reader->take();
  MirrorFlow flow(hub_, client_, server_, "");
  const std::string large(16'384, 'x');
  for (int i = 0; i < 1000; ++i) {
    flow.data(Side::kServer, as_bytes(large));
  }
  EXPECT_EQ(wakes_, 1) << "woken once, until it takes";
  const std::string first = reader->take();
  EXPECT_LE(first.size(), MirrorReader::kMaxBytes + 1000);
  const uint64_t lost = reader->dropped();
  EXPECT_EQ(lost + packets(first).size(), 1003U);
  flow.data(Side::kServer, as_bytes("next"));
  flow.data(Side::kServer, as_bytes("last"));
  const std::vector<Packet> rest = packets(reader->take());
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].dropped, lost);
  EXPECT_EQ(rest[1].dropped, 0U);
  EXPECT_EQ(rest[0].tcp.sequence, 1U + 1000 * 16'384) << "and sees the hole";
}

TEST_F(MirrorTest, WhereNobodyReadsNothingIsMadeButTheHoleIsKept) {
  MirrorFlow flow(hub_, client_, server_, "");
  flow.data(Side::kClient, as_bytes("unseen"));
  auto reader = open();
  flow.data(Side::kClient, as_bytes("seen"));
  EXPECT_EQ(packets(reader->take()).size(), 4U);
  reader.reset();
  EXPECT_FALSE(hub_.active());
  flow.data(Side::kClient, as_bytes("missed"));
  reader = open();
  flow.data(Side::kClient, as_bytes("again"));
  flow.end(false);
  const std::vector<Packet> all = packets(reader->take());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].tcp.sequence, 1U + 4 + 6);
  EXPECT_TRUE(all[1].tcp.has(wire::kRst)) << "a loss is no orderly end";
}

}  // namespace
}  // namespace vitrine::inspect
