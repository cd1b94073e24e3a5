// Clocks that record_engine takes, at full width, as tables: the aims, then a curve for each.
//
//   record_engine_cycles          all of it
//   record_engine_cycles aims     the first table
//
// Every frame is compared with the soft card's on its way. Every second segment of a flow is
// acknowledged by a frame the other way, which takes its clocks too. Segments have a TCP header
// without options over IPv4, so 1,460 bytes of payload are a packet of 1,500.
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>

#include "sim/bench/record/bulk_engine.h"

#include "host/base/secret.h"

namespace vitrine::bench {
namespace {

constexpr size_t kSegment = 1460;
constexpr size_t kOverhead = 5 + 1 + 16;  // of a TLS 1.3 record: header, type, tag
constexpr size_t kLarge = 16384;

FlowOptions options_for(size_t record) {
  FlowOptions options;
  options.smallest_record = record;
  options.largest_record = record;
  options.odd_records = 0;
  options.padding = false;
  options.ip_version = 4;
  return options;
}

// In order and without loss, from the outside, flow after flow.
BulkRates in_order(BulkEngine& engine, size_t flows, size_t record, size_t segment) {
  engine.open(flows, options_for(record));
  const size_t frames = flows > 64 ? 4 * flows : 600;
  std::vector<BulkSegment> segments;
  for (size_t i = 0; i < frames; ++i) {
    const size_t context = i % flows;
    SplicedFlow& flow = engine.flow(context);
    segments.push_back({context, flow.next_in_order(BulkEngine::kData, segment)});
    if ((i / flows + i % flows) % 2 == 1) {
      segments.push_back({context, flow.acknowledge(BulkEngine::kData)});
    }
  }
  return engine.run(segments);
}

struct Loss {
  double percent = 0;  // of segments that never reach the card
  double late = 0;     // per cent of them that come up to `depth` segments later
  size_t depth = 8;
  size_t round = 32;   // segments until the sender knows of a loss and sends again
  size_t window = 64;  // segments under way, at most
};

struct LossResult {
  BulkRates rates;
  double left = 0;    // per cent of the bytes that came to the card and left it re-encrypted
  size_t closed = 0;  // splices that ended
  bool whole = true;  // every receiver has got all of its stream
};

// A sender that sends again after a round what its receiver lacks; one flow after the other.
class LossyFlow {
 public:
  LossyFlow(SplicedFlow& flow, size_t context, const Loss& loss, std::mt19937_64& random)
      : flow_(flow), context_(context), loss_(loss), random_(random) {}

  // One segment's time: at most one is sent, and those arrive that are due.
  void step(std::vector<BulkSegment>& segments, bool sends_new) {
    ++now_;
    std::pair<size_t, size_t> range{next_, kSegment};
    bool sends = true;
    // Of what is known to be missing, the first in the stream goes first, as TCP does it.
    auto first = again_.end();
    for (auto one = again_.begin(); one != again_.end() && one->first <= now_; ++one) {
      if (first == again_.end() || one->second.first < first->second.first) {
        first = one;
      }
    }
    if (first != again_.end()) {
      range = first->second;
      again_.erase(first);
    } else if (sends_new && next_ < flow_.received(BulkEngine::kData) + loss_.window * kSegment) {
      next_ += kSegment;
    } else {
      sends = false;
    }
    if (sends && chance(loss_.percent)) {
      again_.emplace(now_ + loss_.round, range);
    } else if (sends) {
      const size_t delay = chance(loss_.late) ? 1 + random_() % loss_.depth : 0;
      arriving_.emplace(now_ + delay, range);
    }
    for (; !arriving_.empty() && arriving_.begin()->first <= now_;
         arriving_.erase(arriving_.begin())) {
      arrive(segments, arriving_.begin()->second);
    }
  }

  bool done() const { return again_.empty() && arriving_.empty(); }
  bool whole() const { return flow_.received(BulkEngine::kData) == next_; }
  uint64_t came() const { return came_; }
  uint64_t left() const { return left_; }

 private:
  bool chance(double percent) { return static_cast<double>(random_() % 1000000) < percent * 10000; }

  void arrive(std::vector<BulkSegment>& segments, std::pair<size_t, size_t> range) {
    const auto [position, size] = range;
    segments.push_back({context_, flow_.segment_at(BulkEngine::kData, position, size)});
    const size_t left = segments.back().segment.left.size();
    came_ += size;
    left_ += left;
    if (left < size) {
      again_.emplace(now_ + loss_.round, std::pair{position + left, size - left});
    }
    if (++arrived_ % 2 == 0) {
      segments.push_back({context_, flow_.acknowledge(BulkEngine::kData)});
    }
  }

  SplicedFlow& flow_;
  size_t context_;
  Loss loss_;
  std::mt19937_64& random_;
  size_t now_ = 0;
  size_t next_ = 0;
  size_t arrived_ = 0;
  std::multimap<size_t, std::pair<size_t, size_t>> again_;
  std::multimap<size_t, std::pair<size_t, size_t>> arriving_;
  uint64_t came_ = 0;
  uint64_t left_ = 0;
};

LossResult lossy(BulkEngine& engine, size_t record, const Loss& loss) {
  constexpr size_t kFlows = 8;
  constexpr size_t kSegments = 1500;  // a flow
  std::mt19937_64 random(7);
  engine.open(kFlows, options_for(record));
  std::vector<LossyFlow> flows;
  for (size_t context = 0; context < kFlows; ++context) {
    flows.emplace_back(engine.flow(context), context, loss, random);
  }
  std::vector<BulkSegment> segments;
  bool done = false;
  for (size_t i = 0; !done; ++i) {
    done = i >= kSegments;
    for (LossyFlow& flow : flows) {
      flow.step(segments, i < kSegments);
      done = done && flow.done();
    }
  }
  LossResult result;
  result.rates = engine.run(segments);
  uint64_t came = 0;
  uint64_t left = 0;
  for (size_t context = 0; context < kFlows; ++context) {
    came += flows[context].came();
    left += flows[context].left();
    result.closed += engine.flow(context).closed() ? 1 : 0;
    result.whole = result.whole && flows[context].whole();
  }
  result.left = 100.0 * static_cast<double>(left) / static_cast<double>(came);
  return result;
}

uint64_t latency(BulkEngine& engine) {
  engine.open(1, options_for(kSegment - kOverhead));
  return engine.latency({0, engine.flow(0).next_in_order(BulkEngine::kData, kSegment)});
}

void head() {
  std::printf(
      "\n| flows | record, bytes of content | segment, bytes | bits of payload a clock | "
      "bits of packets a clock |\n|---:|---:|---:|---:|---:|\n");
}

void print(BulkEngine& engine, size_t flows, size_t record, size_t segment) {
  const BulkRates rates = in_order(engine, flows, record, segment);
  std::printf("| %zu | %zu | %zu | %.1f | %.1f |\n", flows, record, segment, rates.payload_bits,
              rates.packet_bits);
  std::fflush(stdout);
}

void loss_head() {
  std::printf(
      "\n| loss, %% | late, %% | record | bytes that left of those that came, %% | splices "
      "that ended | streams whole | bits of payload a clock |\n"
      "|---:|---:|---:|---:|---:|---|---:|\n");
}

void print(BulkEngine& engine, size_t record, const Loss& loss) {
  const LossResult result = lossy(engine, record, loss);
  std::printf("| %.1f | %.1f | %zu | %.2f | %zu | %s | %.1f |\n", loss.percent, loss.late, record,
              result.left, result.closed, result.whole ? "yes" : "no", result.rates.payload_bits);
  std::fflush(stdout);
}

int measure(bool curves) {
  BulkEngine engine;
  const std::clock_t start = std::clock();
  const uint64_t before = engine.clocks();
  head();
  print(engine, 1024, kSegment - kOverhead, kSegment);
  print(engine, 1, kLarge, kSegment);
  loss_head();
  print(engine, kLarge, {1, 1});
  std::printf(
      "\nlatency of a packet of 1,500 bytes that is one record, last beat in to first beat "
      "out: %llu clocks\n",
      static_cast<unsigned long long>(latency(engine)));
  if (curves) {
    std::printf("\nA record a packet, 16 flows in turn:\n");
    head();
    for (const size_t segment : {100, 200, 400, 600, 800, 1000, 1200, 1460, 4000, 8000}) {
      print(engine, 16, segment - kOverhead, segment);
    }
    std::printf("\nRecords in 1,500-byte packets, one flow:\n");
    head();
    for (const size_t record : {200, 500, 1000, 1400, 2000, 4000, 8000, 16384}) {
      print(engine, 1, record, kSegment);
    }
    std::printf("\nFlows, a record a packet; then large records:\n");
    head();
    for (const size_t flows : {1, 2, 4, 16, 64, 256, 1024}) {
      print(engine, flows, kSegment - kOverhead, kSegment);
    }
    for (const size_t flows : {4, 16, 256, 1024}) {
      print(engine, flows, kLarge, kSegment);
    }
    std::printf("\nLoss in front of the card, 8 flows:\n");
    loss_head();
    for (const size_t record : {size_t{1438}, size_t{4000}, kLarge}) {
      for (const double percent : {0.0, 0.1, 1.0, 3.0, 5.0}) {
        print(engine, record, {percent, percent});
      }
    }
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf(
      "\nsimulated: %.0f kcycles a second of processor time, bench and soft card included\n",
      static_cast<double>(engine.clocks() - before) / seconds / 1000);
  return 0;
}

}  // namespace
}  // namespace vitrine::bench

int main(int argc, char** argv) {
  if (!vitrine::secure_memory_init()) {
    return 1;
  }
  return vitrine::bench::measure(argc < 2 || std::strcmp(argv[1], "aims") != 0);
}
