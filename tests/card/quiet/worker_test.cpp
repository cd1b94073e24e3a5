// The soft card as a whole, with its worker thread: what a batch costs does not grow with its
// packets.
#include <chrono>
#include <memory>

#include <gtest/gtest.h>
#include <sched.h>

#include "host/base/secret.h"
#include "host/card/soft/soft_card.h"
#include "tests/card/quiet/call_counter.h"
#include "tests/card/quiet/traffic.h"

namespace vitrine::card::test {
namespace {

TEST(QuietWorkerTest, LocksAreTakenByTheBatchAndNothingIsAllocated) {
  ASSERT_TRUE(secure_memory_init().is_ok());
  constexpr size_t kBatches = 256;
  Traffic traffic({}, kBatches);
  soft::SoftCardConfig config;
  config.max_flows = 16;
  config.splice_pools = {256, 64, 8};
  config.inside_port = std::make_unique<QuietPort>(true);
  config.outside_port = std::make_unique<QuietPort>(true);
  auto& inside = static_cast<QuietPort&>(*config.inside_port);
  auto& outside = static_cast<QuietPort&>(*config.outside_port);
  for (Traffic::Batch& batch : traffic.batches()) {
    outside.to_receive.insert(outside.to_receive.end(), batch.from_outside.begin(),
                              batch.from_outside.end());
  }
  auto card = soft::make_soft_card(std::move(config));
  ASSERT_TRUE(card.is_ok()) << card.status().to_string();
  ASSERT_TRUE((*card)->install(traffic.spec()).is_ok());
  ASSERT_TRUE((*card)->start().is_ok());

  const uint64_t batches_before = inside.receives;
  CallCounter counter;
  outside.open = true;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (inside.sent != outside.to_receive.size() && std::chrono::steady_clock::now() < deadline) {
    ::sched_yield();
  }
  const CallCounts calls = counter.stop();
  const uint64_t batches = inside.receives - batches_before;

  EXPECT_EQ(inside.sent, outside.to_receive.size());
  EXPECT_EQ(calls.allocations, 0U);
  // The card's lock, once for a batch, and once more where it found nothing and sleeps.
  EXPECT_LE(calls.locks, 2 * batches);
  EXPECT_GT(inside.sent / inside.sends, Traffic::kBatch / 2);
  (*card)->stop();
  EXPECT_TRUE(traffic.arrived());
}

}  // namespace
}  // namespace vitrine::card::test
