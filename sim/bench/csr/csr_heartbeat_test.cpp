// csr_heartbeat: lost after the limit and not before, found again, one pulse each time.
#include "sim/bench/support/clocked.h"
#include <Vcsr_heartbeat.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr uint64_t kUnit = 16;  // clocks, as in CMakeLists.txt

class Heart {
 public:
  explicit Heart(uint32_t limit) {
    heart_->beat_i = 0;
    heart_->limit_i = limit;
    heart_.reset();
  }
  void beat() {
    heart_->beat_i = 1;
    tick();
    heart_->beat_i = 0;
  }
  // Clocks until it is lost; `limit` where it is not.
  uint64_t silence(uint64_t limit) {
    for (uint64_t i = 0; i < limit; ++i) {
      if (heart_->lost_o != 0) {
        return i;
      }
      tick();
    }
    return limit;
  }
  void tick() {
    heart_.tick();
    pulses += heart_->lost_pulse_o;
  }
  Vcsr_heartbeat* operator->() { return &*heart_; }

  uint64_t pulses = 0;

 private:
  Clocked<Vcsr_heartbeat> heart_;
};

TEST(CsrHeartbeat, SilenceBeyondTheLimitIsALostHost) {
  for (const uint32_t limit : {1U, 2U, 9U}) {
    Heart heart(limit);
    heart.beat();
    const uint64_t lost_after = heart.silence(1000);
    EXPECT_GE(lost_after, limit * kUnit);
    EXPECT_LE(lost_after, (limit + 1) * kUnit + 2);
    EXPECT_EQ(heart->age_o, limit + 1);
    heart.silence(100);
    EXPECT_EQ(heart.pulses, 1U);
  }
}

TEST(CsrHeartbeat, ABeatInTimeKeepsIt) {
  Heart heart(3);
  for (int i = 0; i < 50; ++i) {
    heart.beat();
    EXPECT_EQ(heart.silence(3 * kUnit), 3 * kUnit);
  }
  EXPECT_EQ(heart.pulses, 0U);
}

TEST(CsrHeartbeat, ABeatFindsItAgain) {
  Heart heart(2);
  for (uint64_t i = 1; i <= 3; ++i) {
    EXPECT_LT(heart.silence(1000), 1000U);
    EXPECT_EQ(heart->lost_o, 1);
    heart.beat();
    EXPECT_EQ(heart->lost_o, 0);
    EXPECT_EQ(heart->age_o, 0U);
    EXPECT_EQ(heart.pulses, i);
  }
}

TEST(CsrHeartbeat, WithoutALimitNobodyWatches) {
  Heart heart(0);
  EXPECT_EQ(heart.silence(5000), 5000U);
  EXPECT_EQ(heart->age_o, 5000 / kUnit);
}

}  // namespace
}  // namespace vitrine::bench
