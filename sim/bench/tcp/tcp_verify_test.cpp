// tcp_verify against the soft card's checksums, right and wrong ones.
#include <deque>

#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/tcp/random_segment.h"
#include <Vtcp_verify.h>
#include <gtest/gtest.h>

#include "host/base/checksum.h"
#include "host/card/soft/checksum.h"

namespace vitrine::bench {
namespace {

class TcpVerify : public testing::Test {
 protected:
  struct Expected {
    bool ip_right;
    bool tcp_right;
    uint16_t payload_sum;
  };

  void run(size_t frames, unsigned stall, uint64_t seed) {
    test::Random random(seed);
    Stalls stalls(stall, seed);
    model_->beat_i = 0;
    model_.reset();
    for (size_t i = 0; i < frames; ++i) {
      const RandomSegment segment = make_segment(random);
      model_->layout_i = layout_port(segment.parsed);
      for (size_t at = 0; at < segment.frame.size(); at += kBeatBytes) {
        while (stalls.next()) {
          ASSERT_NO_FATAL_FAILURE(tick(false));
        }
        const size_t size = std::min(kBeatBytes, segment.frame.size() - at);
        put_bytes(model_->data_i, Bytes(segment.frame).subspan(at, size));
        model_->last_i = at + size == segment.frame.size() ? 1 : 0;
        ASSERT_NO_FATAL_FAILURE(tick(true));
      }
    }
    for (int i = 0; i < 8; ++i) {
      ASSERT_NO_FATAL_FAILURE(tick(false));
    }
    EXPECT_EQ(checked_, frames);
    EXPECT_GT(wrong_, frames / 5);
  }

  RandomSegment make_segment(test::Random& random) {
    RandomSegment segment = random_segment(random, 700);
    const auto& parsed = segment.parsed;
    const size_t end = parsed.payload + parsed.payload_length;
    if (random() % 3 == 0) {
      // A byte that the layout does not rest on: TTL or hop limit, or one behind the IP header.
      const size_t hops = parsed.l3 + (parsed.key.source.is_v6() ? 7U : 8U);
      const size_t at = random() % 2 != 0 ? hops : parsed.l4 + random() % (end - parsed.l4);
      segment.frame[at] ^= static_cast<uint8_t>(1U << random() % 8);
    }
    const Bytes payload = Bytes(segment.frame).subspan(parsed.payload, parsed.payload_length);
    expected_.push_back({card::soft::ip_checksum_is_right(segment.frame, parsed),
                         card::soft::transport_checksum_is_right(segment.frame, parsed),
                         ones_sum(payload)});
    wrong_ += expected_.back().ip_right && expected_.back().tcp_right ? 0 : 1;
    return segment;
  }

  void tick(bool beat) {
    model_->beat_i = beat ? 1 : 0;
    model_.tick();
    if (model_->done_o == 0) {
      return;
    }
    ASSERT_FALSE(expected_.empty());
    EXPECT_EQ(model_->ip_right_o != 0, expected_.front().ip_right) << checked_;
    EXPECT_EQ(model_->tcp_right_o != 0, expected_.front().tcp_right) << checked_;
    ASSERT_EQ(model_->payload_sum_o, expected_.front().payload_sum) << checked_;
    expected_.pop_front();
    ++checked_;
  }

  Clocked<Vtcp_verify> model_;
  std::deque<Expected> expected_;
  size_t checked_ = 0;
  size_t wrong_ = 0;
};

TEST_F(TcpVerify, EqualsTheSoftCardBackToBack) { run(50000, 0, 1); }

TEST_F(TcpVerify, EqualsTheSoftCardWithPauses) { run(20000, 20, 2); }

}  // namespace
}  // namespace vitrine::bench
