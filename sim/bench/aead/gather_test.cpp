// aead_gather: windows at every position of random sources, in rows that meet in one beat, under
// stalls.
#include <deque>
#include <random>
#include <vector>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/support/stalls.h"
#include <Vaead_gather.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr long kWindow = 64;

struct Row {
  long start = 0;  // of the first window
  size_t windows = 0;
  long wanted_from = 0;  // bytes of the source that must be right
  long wanted_to = 0;
  bool finish = false;
};

struct Source {
  ByteVector bytes;
  std::vector<Row> rows;
};

// Rows as the engine makes them: in order, their wanted bytes do not overlap, the last one finishes
// the source.
Source make_source(std::mt19937_64& random, size_t longest) {
  Source source;
  source.bytes = random_bytes(random, 1 + random() % longest);
  const long size = static_cast<long>(source.bytes.size());
  for (long at = 0; at < size;) {
    Row row;
    row.wanted_from = at + static_cast<long>(random() % 100);
    row.wanted_to = row.wanted_from + 1 + static_cast<long>(random() % 300);
    if (row.wanted_to > size) {
      break;
    }
    const long before = static_cast<long>(random() % 80);  // up to a block more than a window
    row.start = row.wanted_from - before;
    row.windows =
        static_cast<size_t>((row.wanted_to - row.start + kWindow - 1) / kWindow) + random() % 2;
    source.rows.push_back(row);
    at = row.wanted_to;
  }
  if (source.rows.empty() || random() % 2 == 0) {
    source.rows.push_back({size - 1, 0, size - 1, size, false});
  }
  source.rows.back().finish = true;
  return source;
}

class AeadGather : public testing::Test {
 protected:
  // Runs all sources through; returns the clocks it took.
  uint64_t run(const std::vector<Source>& sources, unsigned stall_percent) {
    Clocked<Vaead_gather> gather;
    gather->clear_i = 0;
    gather->beat_valid_i = 0;
    gather->command_valid_i = 0;
    gather->window_ready_i = 0;
    gather->forget_i = 0;
    gather.reset();
    Stalls beats(stall_percent, 5);
    Stalls rows(stall_percent, 6);
    Stalls windows(stall_percent, 7);
    struct Due {
      uint64_t clock;
      const Source* source;
      const Row* row;
      size_t window;
    };
    std::deque<Due> due;
    const uint64_t begin = gather.clocks();
    size_t in_source = 0;
    size_t in_at = 0;
    size_t source = 0;
    size_t row = 0;
    size_t window = 0;
    for (uint64_t clock = 0; source < sources.size() || !due.empty(); ++clock) {
      EXPECT_LT(clock, 1000000U) << "stuck";
      if (clock >= 1000000U) {
        break;
      }
      gather->beat_valid_i = in_source < sources.size() && !beats.next() ? 1 : 0;
      if (gather->beat_valid_i != 0) {
        const ByteVector& bytes = sources[in_source].bytes;
        const size_t size = std::min<size_t>(kWindow, bytes.size() - in_at);
        put_bytes(gather->beat_data_i, Bytes(bytes).subspan(in_at, size));
        gather->beat_last_i = in_at + size == bytes.size() ? 1 : 0;
      }
      gather->command_valid_i = source < sources.size() && !rows.next() ? 1 : 0;
      gather->window_ready_i = windows.next() ? 0 : 1;
      if (gather->command_valid_i != 0) {
        const Row& at = sources[source].rows[row];
        gather->start_i = static_cast<SData>(at.start & 0xffff);
        gather->windows_i = static_cast<SData>(at.windows);
        gather->need_i = static_cast<SData>((at.wanted_to - 1) / kWindow);
        gather->finish_i = at.finish ? 1 : 0;
      }
      gather->eval();
      if (!due.empty() && due.front().clock == gather.clocks()) {
        check(*due.front().source, *due.front().row, due.front().window,
              get_bytes(gather->window_data_o, kWindow));
        due.pop_front();
      }
      if (gather->beat_valid_i != 0 && gather->beat_ready_o != 0) {
        in_at += kWindow;
        if (gather->beat_last_i != 0) {
          ++in_source;
          in_at = 0;
        }
      }
      if (gather->window_valid_o != 0 && gather->window_ready_i != 0) {
        due.push_back(
            {gather.clocks() + 2, &sources[source], &sources[source].rows[row], window++});
      }
      if (gather->command_ready_o != 0) {
        EXPECT_EQ(window, sources[source].rows[row].windows);
        window = 0;
        if (++row == sources[source].rows.size()) {
          row = 0;
          ++source;
          EXPECT_GE(in_source, source) << "a finished source was not taken whole";
        }
      }
      gather.tick();
    }
    EXPECT_EQ(in_source, sources.size());
    return gather.clocks() - begin;
  }
  static void check(const Source& source, const Row& row, size_t window, const Frame& got) {
    for (long i = 0; i < kWindow; ++i) {
      const long at = row.start + static_cast<long>(window) * kWindow + i;
      if (at >= row.wanted_from && at < row.wanted_to) {
        ASSERT_EQ(got[static_cast<size_t>(i)], source.bytes[static_cast<size_t>(at)])
            << "byte " << at;
      }
    }
  }
  std::vector<Source> sources(size_t count, size_t longest) {
    std::vector<Source> made;
    for (size_t i = 0; i < count; ++i) {
      made.push_back(make_source(random_, longest));
    }
    return made;
  }
  std::mt19937_64 random_{1};
};

TEST_F(AeadGather, EveryPositionAgainstEveryOffset) {
  std::vector<Source> all;
  for (long position = 0; position < 130; ++position) {
    for (long before = 0; before < 80; before += 3) {
      Source source;
      source.bytes = random_bytes(random_, static_cast<size_t>(position) + 200);
      source.rows.push_back({position - before, static_cast<size_t>((before + 150 + 63) / 64),
                             position, position + 150, true});
      all.push_back(std::move(source));
    }
  }
  run(all, 0);
}

TEST_F(AeadGather, RandomRowsThatMeetInABeat) { run(sources(2000, 1600), 0); }

TEST_F(AeadGather, ShortSources) { run(sources(2000, 100), 0); }

TEST_F(AeadGather, StallsChangeNothing) { run(sources(1000, 1600), 20); }

TEST_F(AeadGather, ABeatAClock) {
  std::vector<Source> all(50);
  for (Source& source : all) {
    source.bytes = random_bytes(random_, 24 * 64);
    source.rows.push_back({43, 23, 43, 24 * 64, true});
  }
  EXPECT_LE(run(all, 0), 50 * 24 + 4);
}

}  // namespace
}  // namespace vitrine::bench
