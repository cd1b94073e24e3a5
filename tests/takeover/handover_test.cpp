// Real connections between two kernels, taken over, relayed, handed over and spliced.
#include <string>

#include <gtest/gtest.h>

#include "tests/takeover/scene.h"

namespace vitrine::test {
namespace {

struct Variant {
  const char* name;
  bool v6;
  bool timestamps;
  bool sack;
  int lose_every;
};

class HandoverTest : public testing::TestWithParam<Variant> {};

TEST_P(HandoverTest, StreamsSurviveTakeoverRelayAndSplice) {
  const Variant variant = GetParam();
  Scene scene(variant.v6);
  for (NamespaceThread* host : {&scene.topology.client, &scene.topology.server}) {
    host->run([&] {
      shell(std::string("sysctl -q net.ipv4.tcp_timestamps=") + (variant.timestamps ? "1" : "0") +
            " net.ipv4.tcp_sack=" + (variant.sack ? "1" : "0"));
    });
  }
  scene.topology.middle.run([&] {
    WireBench bench;
    int count = 0;
    if (variant.lose_every != 0) {
      bench.lose = [&](card::Port, const wire::TcpPacket& packet) {
        return !packet.payload.empty() && ++count % variant.lose_every == 0;
      };
    }
    scene.start_ends(client_transfer(), server_transfer());
    Handover handover{bench};
    EXPECT_TRUE(drive(
        bench, [&] { return scene.ends_done(); }, [&] { handover.step(); }));
    EXPECT_TRUE(handover.finished);
    EXPECT_EQ(bench.resets_out, 0U);
    EXPECT_GT(bench.spliced_frames, 2 * kStream / 1448 / 2);
  });
  scene.wait();
  EXPECT_EQ(scene.client_error, "");
  EXPECT_EQ(scene.server_error, "");
}

INSTANTIATE_TEST_SUITE_P(Variants, HandoverTest,
                         testing::Values(Variant{"Ipv4", false, true, true, 0},
                                         Variant{"Ipv6", true, true, true, 0},
                                         Variant{"Ipv4NoTimestamps", false, false, true, 0},
                                         Variant{"Ipv6NoTimestamps", true, false, true, 0},
                                         Variant{"Ipv4NoSack", false, true, false, 0},
                                         Variant{"Ipv4Loss", false, true, true, 50},
                                         Variant{"Ipv6Loss", true, true, true, 50}),
                         [](const auto& variant) { return variant.param.name; });

}  // namespace
}  // namespace vitrine::test
