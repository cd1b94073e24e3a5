#include "tests/card/conformance.h"

#include <chrono>
#include <thread>

namespace vitrine::card::test {
namespace {

// Only a card that hangs waits this long.
constexpr auto kPatience = std::chrono::seconds(20);

template <typename Done>
void wait_until(Done&& done, const char* what) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "the card never came to: " << what;
      return;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

}  // namespace

void ConformanceTest::make(const BenchOptions& options) {
  ASSERT_TRUE(secure_memory_init().is_ok());
  bench_.reset();
  bench_ = GetParam().make(options);
  entered_ = 0;
  injected_egress_ = 0;
  rules({}, Action::kForward);
  ASSERT_TRUE(card().start().is_ok());
}

void ConformanceTest::TearDown() {
  settle();
  const Counters counters = card().counters();
  EXPECT_TRUE(counters.balanced())
      << counters.total_in() << " in, " << counters.total_out() << " out";
  for (const FlowId flow : card().flows()) {
    EXPECT_TRUE(card().remove(flow).is_ok());
  }
  card().stop();
  const Counters after = card().counters();
  EXPECT_TRUE(after.balanced());
  EXPECT_EQ(after.held, 0U);
  EXPECT_EQ(after.flows, 0U);
}

void ConformanceTest::put(Port port, const std::vector<uint8_t>& frame, uint16_t segment_size) {
  size_t frames = 0;
  wait_until(
      [&] {
        frames = bench_->put(port, {frame, segment_size});
        return frames != 0;
      },
      "room on the wire");
  entered_ += frames;
}

Status ConformanceTest::inject(InjectAs how, Port port, const std::vector<uint8_t>& frame,
                               uint16_t segment_size) {
  Status status = card().inject(how, {port, segment_size}, frame);
  if (status) {
    (how == InjectAs::kEgress ? injected_egress_ : entered_) += 1;
  }
  return status;
}

void ConformanceTest::settle() {
  card().flush();
  wait_until(
      [&] {
        const Counters counters = card().counters();
        return counters.total_in() >= entered_ && counters.injected_egress >= injected_egress_ &&
               counters.balanced();
      },
      "rest");
}

std::vector<WireSample> ConformanceTest::out(Port port) {
  settle();
  return bench_->take(port);
}

Collector& ConformanceTest::reports() {
  settle();
  while (card().poll(collector_, 64) != 0) {
  }
  return collector_;
}

void ConformanceTest::wait_events(size_t n) {
  wait_until([&] { return reports().events.size() >= n; }, "an event");
}

void ConformanceTest::wait_events_in_time(size_t n) {
  wait_until(
      [&] {
        bench_->advance_ms(200);
        return reports().events.size() >= n;
      },
      "an event");
}

void ConformanceTest::wait_flows(size_t n) {
  wait_until([&] { return card().counters().flows == n; }, "the number of flows");
}

uint64_t ConformanceTest::dropped(DropReason reason) {
  settle();
  return card().counters().dropped[static_cast<size_t>(reason)];
}

uint64_t ConformanceTest::punted(PuntReason reason) {
  settle();
  return card().counters().punted[static_cast<size_t>(reason)];
}

void ConformanceTest::rules(std::vector<Rule> list, Action otherwise) {
  RuleGeneration generation;
  generation.configuration_version = 1;
  generation.rules = std::move(list);
  generation.otherwise = otherwise;
  const Status status = card().load_rules(generation);
  ASSERT_TRUE(status.is_ok()) << status.to_string();
}

FlowId ConformanceTest::install(const FlowKey& key, Action action, uint32_t idle_timeout_ms) {
  FlowSpec spec;
  spec.key = key;
  spec.action = action;
  spec.idle_timeout_ms = idle_timeout_ms;
  const auto installed = card().install(spec);
  EXPECT_TRUE(installed.is_ok()) << installed.status().to_string();
  return installed ? *installed : 0;
}

void ConformanceTest::expect_forwarded(Port port, const std::vector<uint8_t>& frame,
                                       const char* what) {
  SCOPED_TRACE(what);
  const uint64_t before = card().counters().forwarded;
  put(port, frame);
  const auto frames = out(opposite(port));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].bytes, frame);
  EXPECT_EQ(card().counters().forwarded, before + 1);
}

void ConformanceTest::expect_dropped(Port port, const std::vector<uint8_t>& frame,
                                     DropReason reason, const char* what) {
  SCOPED_TRACE(what);
  const uint64_t before = dropped(reason);
  put(port, frame);
  EXPECT_EQ(dropped(reason), before + 1) << kDropReasonTexts[static_cast<size_t>(reason)].counter;
  EXPECT_TRUE(out(Port::kInside).empty());
  EXPECT_TRUE(out(Port::kOutside).empty());
}

void ConformanceTest::expect_punted(Port port, const std::vector<uint8_t>& frame, PuntReason reason,
                                    const char* what) {
  SCOPED_TRACE(what);
  const size_t before = reports().punts.size();
  const uint64_t count = punted(reason);
  put(port, frame);
  ASSERT_EQ(reports().punts.size(), before + 1);
  const SeenPunt& punt = reports().punts.back();
  EXPECT_EQ(punt.port, port);
  EXPECT_EQ(punt.reason, reason) << kPuntReasonTexts[static_cast<size_t>(punt.reason)].counter;
  EXPECT_EQ(punt.frame, frame);
  EXPECT_EQ(punted(reason), count + 1);
  EXPECT_TRUE(out(opposite(port)).empty());
}

}  // namespace vitrine::card::test
