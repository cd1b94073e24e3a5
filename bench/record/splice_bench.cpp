// The record engine alone, one core: packets a second and bytes a second by record size and kind of
// frame. In order, no loss; an acknowledgement goes back for every frame, as an in-line device sees
// it. record_table.py makes a table of the output.
//
// Kinds: a packet for each record; a stream cut into packets of 1460 bytes; the same, coalesced
// into frames of up to 64 KB. "packets/s" counts what is on the wire, data packets only; "frames/s"
// what the engine is called for.
#include <algorithm>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

constexpr size_t kStream = 1 << 20;
constexpr size_t kPacket = 1460;
constexpr size_t kARecord = 0;  // as a segment size: that of each record

// The stream's segments, made once; the splice is made anew for each pass over them.
struct Traffic {
  Traffic(size_t record, size_t segment, size_t key_size, TlsVersion version) {
    test::Random random(1);
    in = test::StreamKey::random(random, version, key_size);
    out = test::StreamKey::random(random, version, key_size);
    tls = version;
    test::RecordWriter writer(version, in, 0, 0);
    const ByteVector content = test::random_bytes(random, record);
    ByteVector stream;
    while (stream.size() < kStream) {
      const ByteVector sealed = writer.seal(23, content);
      stream.insert(stream.end(), sealed.begin(), sealed.end());
      ++records;
    }
    const size_t longest = segment == kARecord ? stream.size() / records : segment;
    for (size_t at = 0; at < stream.size(); at += longest) {
      const size_t size = std::min(longest, stream.size() - at);
      packets += (size + kPacket - 1) / kPacket;
      SegmentSpec spec;
      spec.sequence = static_cast<uint32_t>(at);
      spec.payload = Bytes(stream).subspan(at, size);
      segments.push_back(make_segment(spec));
      SegmentSpec back;
      back.acknowledgement = static_cast<uint32_t>(at + size);
      acknowledgements.push_back(make_segment(back));
    }
    bytes = stream.size();
  }

  std::unique_ptr<Splicer> splicer(SplicePools& pools) const {
    Splice splice;
    splice.version = tls;
    for (SpliceDirection& direction : splice.directions) {
      direction.in = in.record_key();
      direction.out = out.record_key();
    }
    return std::move(*make_splicer(splice, pools));
  }

  test::StreamKey in;
  test::StreamKey out;
  TlsVersion tls;
  std::vector<Segment> segments;
  std::vector<Segment> acknowledgements;
  size_t bytes = 0;
  size_t records = 0;
  size_t packets = 0;  // on the wire
};

void run(benchmark::State& state, size_t segment) {
  const auto record = static_cast<size_t>(state.range(0));
  const Traffic traffic(record, segment, static_cast<size_t>(state.range(1)),
                        static_cast<TlsVersion>(state.range(2)));
  SplicePools pools;
  RecordingSink sink;
  std::vector<Segment> work = traffic.segments;
  for (auto _ : state) {
    state.PauseTiming();
    auto splicer = traffic.splicer(pools);
    for (size_t i = 0; i < work.size(); ++i) {
      std::copy(traffic.segments[i].frame.begin(), traffic.segments[i].frame.end(),
                work[i].frame.begin());
    }
    std::vector<Segment> back = traffic.acknowledgements;
    state.ResumeTiming();
    for (size_t i = 0; i < work.size(); ++i) {
      const auto verdict =
          splicer->process(Direction::kFromOutside, work[i].frame, work[i].parsed, kPacket, sink);
      if (verdict.payload_length != work[i].parsed.payload_length) {
        state.SkipWithError("a segment was cut");
        return;
      }
      splicer->process(Direction::kFromInside, back[i].frame, back[i].parsed, 0, sink);
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * traffic.bytes));
  const auto rate = [&](size_t count) {
    return benchmark::Counter(static_cast<double>(state.iterations() * count),
                              benchmark::Counter::kIsRate);
  };
  state.counters["packets/s"] = rate(traffic.packets);
  state.counters["frames/s"] = rate(traffic.segments.size());
  state.counters["records/s"] = rate(traffic.records);
}

void record_a_packet(benchmark::State& state) { run(state, kARecord); }
void packets_of_1460(benchmark::State& state) { run(state, kPacket); }
void coalesced_64k(benchmark::State& state) { run(state, 44 * kPacket); }

void sizes_up_to(benchmark::internal::Benchmark* bench, int64_t largest) {
  (void)secure_memory_init();
  for (const int64_t version : {0x0304, 0x0303}) {
    for (const int64_t key : {16, 32}) {
      for (const int64_t record : {64, 128, 256, 512, 1024, 1400, 4096, 8192, 16384}) {
        if (record <= largest && (version == 0x0304 || key == 16)) {
          bench->Args({record, key, version});
        }
      }
    }
  }
  bench->ArgNames({"record", "key", "tls"})->Unit(benchmark::kMicrosecond);
}
void small(benchmark::internal::Benchmark* bench) { sizes_up_to(bench, 1400); }
void all(benchmark::internal::Benchmark* bench) { sizes_up_to(bench, 16384); }
BENCHMARK(record_a_packet)->Apply(small);
BENCHMARK(packets_of_1460)->Apply(all);
BENCHMARK(coalesced_64k)->Apply(all);

}  // namespace
}  // namespace vitrine::card::soft

BENCHMARK_MAIN();
