// The splice path asks nothing of allocator, locks or kernel for a packet: from a frame's parsing
// to its place in the egress batch, for every kind of frame and of splice.
#include "host/card/soft/pipeline.h"

#include <mutex>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/base/secret.h"
#include "tests/card/quiet/call_counter.h"
#include "tests/card/quiet/traffic.h"

namespace vitrine::card::test {
namespace {

constexpr uint64_t kMillisecond = 1'000'000;

std::vector<TrafficOptions> kinds() {
  std::vector<TrafficOptions> out;
  const auto add = [&out](const char* name, auto&& change) {
    TrafficOptions options;
    options.name = name;
    change(options);
    out.push_back(options);
  };
  add("InOrder", [](auto&) {});
  add("SmallRecords", [](auto& o) { o.record = 100; });
  add("ChecksumsLeftToThePort", [](auto& o) { o.offloads = true; });
  add("Tls12Ipv6Aes256Tagged", [](auto& o) {
    o.connection.version = TlsVersion::kTls12;
    o.connection.in_key_size = 32;
    o.connection.out_key_size = 32;
    o.connection.ipv6 = true;
    o.connection.vlans = {100, 200};
  });
  add("Coalesced", [](auto& o) {
    o.segment = 44 * 1448;
    o.coalesced_size = 1448;
    o.offloads = true;
  });
  add("ShuffledAndRetransmitted", [](auto& o) {
    o.record = 4000;
    o.disorder = true;
  });
  add("Strict", [](auto& o) {
    o.record = 4000;
    o.connection.strict = true;
  });
  add("Tapped", [](auto& o) { o.connection.tap = TapMode::kAll; });
  add("KeyUpdate", [](auto& o) { o.key_updates = true; });
  return out;
}

// The soft card's data plane without its worker thread.
struct Plane {
  explicit Plane(const TrafficOptions& options)
      : traffic(options, options.coalesced_size != 0 ? 8 : 64),
        inside(options.offloads),
        outside(options.offloads) {
    const auto installed = pipeline.install(traffic.spec());
    EXPECT_TRUE(installed.is_ok()) << installed.status().to_string();
  }

  void pass() {
    for (Traffic::Batch& batch : traffic.batches()) {
      now_ns += kMillisecond;
      pipeline.set_time(now_ns);
      for (soft::WireFrame& frame : batch.from_outside) {
        pipeline.receive(frame, Port::kOutside);
      }
      pipeline.receive(batch.from_inside, Port::kInside);
      pipeline.flush();
    }
  }

  Traffic traffic;
  QuietPort inside;
  QuietPort outside;
  soft::HostRing ring{4U << 20};
  uint64_t now_ns = kMillisecond;
  soft::Pipeline pipeline{inside, outside, ring, {16, kMillisecond, {256, 64, 8}}, {1, 2}, now_ns};
};

class QuietPipelineTest : public testing::TestWithParam<TrafficOptions> {
 protected:
  void SetUp() override { ASSERT_TRUE(secure_memory_init().is_ok()); }
};

TEST_P(QuietPipelineTest, ASplicedPacketNeedsNoAllocationAndNoLock) {
  Plane plane(GetParam());
  CallCounter counter;
  plane.pass();
  const CallCounts calls = counter.stop();
  EXPECT_EQ(calls.allocations, 0U);
  EXPECT_EQ(calls.locks, 0U);
  // It was the splice path, and it did its work.
  EXPECT_TRUE(plane.traffic.arrived());
  const Counters counters = plane.pipeline.counters();
  EXPECT_TRUE(counters.balanced());
  EXPECT_EQ(counters.total_in(), plane.traffic.frames());
  EXPECT_EQ(counters.spliced, plane.inside.sent + plane.outside.sent);
  if (!GetParam().disorder) {
    EXPECT_EQ(counters.spliced, plane.traffic.frames());
  }
}

TEST_P(QuietPipelineTest, ASplicedPacketNeedsNoSystemCall) {
  Plane plane(GetParam());
  EXPECT_EQ(first_system_call([&plane] {
              plane.pass();
              const Counters counters = plane.pipeline.counters();
              return counters.balanced() && counters.spliced >= plane.traffic.frames() / 2;
            }),
            kNoSystemCall);
}

INSTANTIATE_TEST_SUITE_P(Kinds, QuietPipelineTest, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

// What the tests above rest on.
TEST(CallCounterTest, SeesAllocationsLocksAndSystemCalls) {
  std::mutex mutex;
  CallCounter counter;
  auto* memory = new std::vector<int>(1000);
  delete memory;
  { const std::lock_guard lock(mutex); }
  const CallCounts calls = counter.stop();
  EXPECT_EQ(calls.allocations, 4U) << "two made and two freed";
  EXPECT_EQ(calls.locks, 1U);
  EXPECT_EQ(first_system_call([] { return ::getppid() != 0; }), SYS_getppid);
  EXPECT_EQ(first_system_call([] { return true; }), kNoSystemCall);
}

}  // namespace
}  // namespace vitrine::card::test
