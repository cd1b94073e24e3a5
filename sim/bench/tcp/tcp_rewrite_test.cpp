// tcp_rewrite against the soft card's own edit and checksums: the same frame, byte for byte.
#include <deque>

#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/tcp/random_segment.h"
#include <Vtcp_rewrite.h>
#include <gtest/gtest.h>

#include "host/base/checksum.h"
#include "host/card/soft/checksum.h"
#include "tests/support/packet_builder.h"

namespace vitrine::bench {
namespace {

using card::soft::HeaderDeltas;

struct Job {
  RandomSegment segment;
  HeaderDeltas deltas;
  uint32_t leaves = 0;
  uint16_t payload_sum = 0;  // before the payload was changed
  Frame expected;
};

// What the soft card makes of it.
Frame soft_edit(const Job& job) {
  const auto& parsed = job.segment.parsed;
  Frame out = job.segment.frame;
  card::soft::move_numbers(out, parsed, job.deltas);
  if (job.leaves != parsed.payload_length) {
    card::soft::cut_payload(out, parsed, job.leaves);
  }
  out.resize(parsed.payload + job.leaves);
  auto sent = parsed;
  sent.payload_length = job.leaves;
  card::soft::WireFrame wire;
  wire.bytes = out;
  card::soft::fix_ip_checksum(out, sent);
  card::soft::leave_checksum_to_port(wire, sent);
  card::soft::complete_checksum(wire);
  return out;
}

Job make_job(test::Random& random, size_t largest) {
  Job job;
  job.segment = random_segment(random, largest);
  auto& [frame, parsed] = job.segment;
  const auto number = [&random] { return static_cast<uint32_t>(random()); };
  job.deltas = {number(), number(), number(), number()};
  job.leaves = parsed.payload_length;
  if (random() % 3 == 0) {
    job.leaves = static_cast<uint32_t>(random() % (parsed.payload_length + 1));
  }
  // The record engine, as far as this block sees it: other payload bytes.
  const MutableBytes payload = MutableBytes(frame).subspan(parsed.payload, parsed.payload_length);
  job.payload_sum = ones_sum(payload);
  for (uint8_t& byte : payload) {
    byte = static_cast<uint8_t>(random());
  }
  job.expected = soft_edit(job);
  return job;
}

class TcpRewrite : public testing::Test {
 protected:
  void run(size_t jobs, size_t largest, unsigned stall_in, unsigned stall_out, uint64_t seed) {
    test::Random random(seed);
    // The RTL takes a frame's length from its headers: its port has no `bytes`.
    CData bytes = 0;
    const FramePort in{&model_->in_valid_i, &model_->in_ready_o, &model_->in_data_i, &bytes,
                       &model_->in_last_i};
    FrameDriver driver(in, Stalls(stall_in, seed));
    FrameMonitor monitor(VITRINE_FRAME_OUT(*model_, out), Stalls(stall_out, seed + 1));
    model_->zeroize_i = 0;
    model_->in_valid_i = 0;
    model_.reset();
    model_.add(driver);
    model_.add(monitor);
    driver.on_frame([&](uint64_t number) {
      const Job& job = jobs_[number - gone_];
      model_->layout_i = layout_port(job.segment.parsed);
      edit_port(model_->edit_i, job.deltas, job.leaves, job.payload_sum);
    });
    size_t made = 0;
    for (uint64_t idle = 0; gone_ < jobs && idle < 1000; ++idle) {
      for (; made < jobs && made - gone_ < 20; ++made) {
        jobs_.push_back(make_job(random, largest));
        driver.send(jobs_.back().segment.frame);
      }
      model_.tick();
      for (; !monitor.frames().empty(); monitor.frames().pop_front()) {
        idle = 0;
        ASSERT_NO_FATAL_FAILURE(compare(monitor.frames().front()));
      }
    }
    EXPECT_EQ(gone_, jobs);
    EXPECT_TRUE(monitor.violations().empty());
  }

  void compare(const Frame& frame) {
    const Frame& expected = jobs_.front().expected;
    ASSERT_EQ(frame.size(), expected.size()) << "frame " << gone_;
    for (size_t i = 0; i < frame.size(); ++i) {
      ASSERT_EQ(frame[i], expected[i]) << "frame " << gone_ << ", byte " << i;
    }
    ASSERT_TRUE(test::checksums_are_right(frame));
    beats_ += (jobs_.front().segment.frame.size() + kBeatBytes - 1) / kBeatBytes;
    jobs_.pop_front();
    ++gone_;
  }

  Clocked<Vtcp_rewrite> model_;
  std::deque<Job> jobs_;  // in flight
  size_t gone_ = 0;
  uint64_t beats_ = 0;
};

TEST_F(TcpRewrite, EqualsTheSoftCardUnderStalls) { run(60000, 700, 15, 15, 1); }

TEST_F(TcpRewrite, EqualsTheSoftCardBackToBack) { run(60000, 300, 0, 0, 2); }

TEST_F(TcpRewrite, EqualsTheSoftCardWhereTheStoreIsFull) { run(5000, 1400, 0, 60, 3); }

TEST_F(TcpRewrite, TakesABeatAClock) {
  run(2000, 1400, 0, 0, 4);
  EXPECT_LT(model_.clocks(), beats_ + 60);
}

}  // namespace
}  // namespace vitrine::bench
