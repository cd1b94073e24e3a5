// The record engine alone, one core: packets a second and bytes a second by record size, in
// 1460-byte packets and in coalesced frames of up to 64 KB. In order, no loss; an acknowledgement
// goes back for every frame, as an in-line device sees it.
#include <algorithm>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

constexpr size_t kStream = 1 << 20;

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
    for (size_t at = 0; at < stream.size(); at += segment) {
      const size_t size = std::min(segment, stream.size() - at);
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
          splicer->process(Direction::kFromOutside, work[i].frame, work[i].parsed, 1460, sink);
      if (verdict.payload_length != work[i].parsed.payload_length) {
        state.SkipWithError("a segment was cut");
        return;
      }
      splicer->process(Direction::kFromInside, back[i].frame, back[i].parsed, 0, sink);
    }
  }
  const auto passes = static_cast<double>(state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * traffic.bytes));
  state.counters["segments/s"] = benchmark::Counter(
      passes * static_cast<double>((traffic.bytes + 1459) / 1460), benchmark::Counter::kIsRate);
  state.counters["records/s"] = benchmark::Counter(passes * static_cast<double>(traffic.records),
                                                   benchmark::Counter::kIsRate);
}

void packets_of_1460(benchmark::State& state) { run(state, 1460); }
void coalesced_64k(benchmark::State& state) { run(state, 44 * 1460); }

void sizes(benchmark::internal::Benchmark* bench) {
  (void)secure_memory_init();
  for (const int64_t version : {0x0304, 0x0303}) {
    for (const int64_t key : {16, 32}) {
      for (const int64_t record : {64, 256, 1024, 4096, 16384}) {
        if (version == 0x0304 || key == 16) {
          bench->Args({record, key, version});
        }
      }
    }
  }
  bench->ArgNames({"record", "key", "tls"})->Unit(benchmark::kMicrosecond);
}
BENCHMARK(packets_of_1460)->Apply(sizes);
BENCHMARK(coalesced_64k)->Apply(sizes);

}  // namespace
}  // namespace vitrine::card::soft

BENCHMARK_MAIN();
