// aead_cycles: how many bits of frames the engine takes a clock, and how long a frame takes through
// it.
//
// Frames are back to back in the steady state of a run; rates are frame bytes without the 14 of the
// Ethernet header, in bits, over the clocks from the first beat in to the last beat in.
#include <cstdio>
#include <ctime>
#include <vector>

#include "sim/bench/aead/engine.h"
#include "sim/bench/aead/records.h"

namespace vitrine::bench {
namespace {

constexpr size_t kEthernet = 14;
constexpr size_t kHeaders = 54;  // Ethernet, IPv4, TCP without options

struct Run {
  std::vector<CutFrame> frames;
  size_t bytes = 0;

  void add(CutFrame frame) {
    bytes += frame.bytes.size() - kEthernet;
    frames.push_back(std::move(frame));
  }
};

struct Result {
  double bits = 0;          // a clock
  double frame_clocks = 0;  // a frame
  double kilocycles = 0;    // simulated a second of this process's time
};

Result measure(const Run& run) {
  Engine engine;
  for (const CutFrame& frame : run.frames) {
    engine.send(frame.bytes, frame.pieces);
  }
  const uint64_t before = engine.clocks();
  const std::clock_t start = std::clock();
  if (!engine.run()) {
    std::fprintf(stderr, "the engine did not finish\n");
    std::exit(1);
  }
  const double time = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const auto clocks = static_cast<double>(engine.last_in() - engine.first_in() + 1);
  return {8.0 * static_cast<double>(run.bytes) / clocks,
          clocks / static_cast<double>(run.frames.size()),
          static_cast<double>(engine.clocks() - before) / time / 1000};
}

// A record a frame, a new key each, of `size` bytes of IP packet.
Run packets(std::mt19937_64& random, size_t size, size_t count) {
  Run run;
  for (size_t i = 0; i < count; ++i) {
    const size_t text = size + kEthernet - kHeaders - 5 - 16;
    const RecordStream stream({make_record(random, static_cast<uint16_t>(i), text)}, 5);
    run.add(stream.cut(random, 0, stream.size(), kHeaders, 0));
  }
  return run;
}

// One flow: records of `text` bytes in segments of 1,460 bytes.
Run records(std::mt19937_64& random, size_t text, size_t count) {
  std::vector<Record> made;
  for (size_t i = 0; i < count; ++i) {
    made.push_back(make_record(random, static_cast<uint16_t>(i), text));
  }
  const RecordStream stream(made, 5);
  constexpr size_t kSegment = 1460;
  Run run;
  for (size_t at = 0; at < stream.size(); at += kSegment) {
    run.add(stream.cut(random, at, std::min(stream.size(), at + kSegment), kHeaders, 0));
  }
  return run;
}

void print(const char* what, size_t size, const Result& result) {
  std::printf("| %s | %zu | %.1f | %.2f | %.0f |\n", what, size, result.bits, result.frame_clocks,
              result.kilocycles);
}

int measure_all() {
  std::mt19937_64 random(1);
  std::printf("lanes: %d\n\n", VITRINE_LANES);
  std::printf(
      "| what | bytes | bits a clock | clocks a frame | simulated kcycles per CPU second "
      "|\n|---|---:|---:|---:|---:|\n");
  for (const size_t size : {128, 256, 512, 1024, 1280, 1500, 9000}) {
    print("a record and a new key each packet; packet size", size,
          measure(packets(random, size, 1200)));
  }
  for (const size_t size : {256, 1024, 4096, 8192, 16384}) {
    print("one flow in 1,500-byte packets; text of a record", size,
          measure(records(random, size, 2000000 / size / 4)));
  }
  // From the last beat in to the first beat out, and to the sum, of a frame alone in the engine.
  Engine engine;
  const Run one = packets(random, 1500, 1);
  engine.send(one.frames[0].bytes, one.frames[0].pieces);
  while (engine.frames().empty()) {
    engine.tick();
  }
  const uint64_t out = engine.last_out() - engine.last_in();
  engine.run();
  std::printf(
      "\nlatency of a 1,500-byte packet that is one record, from last beat in: last beat out %llu "
      "clocks, sums %llu clocks\n",
      static_cast<unsigned long long>(out),
      static_cast<unsigned long long>(engine.last_sum() - engine.last_in()));
  return 0;
}

}  // namespace
}  // namespace vitrine::bench

int main() { return vitrine::bench::measure_all(); }
