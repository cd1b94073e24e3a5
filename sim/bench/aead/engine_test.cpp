// aead_engine against OpenSSL's AES-GCM: records of both key sizes, cut into frames anywhere, in
// any order.
#include "sim/bench/aead/engine.h"

#include <algorithm>
#include <map>

#include "sim/bench/aead/records.h"
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

class AeadEngine : public testing::Test {
 protected:
  static constexpr Block kZero{};

  // Sends frames, checks what comes out of each, and adds the sums up.
  void exchange(Engine& engine, const std::vector<CutFrame>& frames) {
    for (const CutFrame& frame : frames) {
      engine.send(frame.bytes, frame.pieces);
    }
    ASSERT_TRUE(engine.run()) << engine.frames().size() << " frames of " << frames.size()
                              << " came out";
    for (const CutFrame& frame : frames) {
      const EngineFrame got = std::move(engine.frames().front());
      engine.frames().pop_front();
      ASSERT_EQ(got.data, frame.data);
      ASSERT_EQ(got.plain, frame.plain);
      ASSERT_EQ(got.text, frame.text);
      for (const Piece& piece : frame.pieces) {
        if (piece.kind != PieceKind::kText && piece.kind != PieceKind::kTag) {
          continue;
        }
        ASSERT_FALSE(engine.sums().empty());
        const Sum sum = engine.sums().front();
        engine.sums().pop_front();
        ASSERT_EQ(sum.id, piece.id);
        if (!piece.add) {
          EXPECT_EQ(sum.in_sum, kZero);
          EXPECT_EQ(sum.out_sum, kZero);
          continue;  // a retransmission's tag is not looked at
        }
        Totals& totals = totals_[sum.id];
        totals.in ^= sum.in_sum;
        totals.in ^= sum.in_tag;
        totals.out ^= sum.out_sum;
      }
    }
    EXPECT_TRUE(engine.sums().empty());
    EXPECT_TRUE(engine.frames().empty());
  }
  void expect_tags(const std::vector<Record>& records) {
    for (const Record& record : records) {
      ASSERT_EQ(totals_[record.piece.id].in, kZero)
          << "record " << record.piece.id << " of " << record.plain.size();
      ASSERT_EQ(totals_[record.piece.id].out, to_block(Bytes(record.outgoing).last(16)))
          << "record " << record.piece.id << " of " << record.plain.size();
    }
    totals_.clear();
  }
  std::vector<Record> records(size_t count, size_t longest) {
    std::vector<Record> made;
    for (size_t i = 0; i < count; ++i) {
      made.push_back(make_record(random_, static_cast<uint16_t>(i), random_() % (longest + 1)));
    }
    return made;
  }
  // Cuts the whole stream into frames of up to `longest` bytes of it.
  std::vector<CutFrame> cut(const RecordStream& stream, size_t longest, unsigned split_percent) {
    std::vector<CutFrame> frames;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = std::min(stream.size() - at, 1 + random_() % longest);
      frames.push_back(stream.cut(random_, at, at + size, 14 + random_() % 120, split_percent));
      at += size;
    }
    return frames;
  }

  struct Totals {
    Block in{};
    Block out{};
  };
  std::mt19937_64 random_{1};
  std::map<uint16_t, Totals> totals_;
};

TEST_F(AeadEngine, OneRecordInOneFrameOfEveryLength) {
  Engine engine;
  for (size_t size = 0; size < 200; ++size) {
    const RecordStream stream({make_record(random_, static_cast<uint16_t>(size), size)}, 5);
    ASSERT_NO_FATAL_FAILURE(exchange(engine, {stream.cut(random_, 0, stream.size(), 54, 0)}));
    expect_tags(stream.records());
  }
}

TEST_F(AeadEngine, AnyPositionInTheFrameAndAnyCutOfTwo) {
  Engine engine;
  for (size_t lead = 1; lead < 140; ++lead) {
    const RecordStream stream(
        {make_record(random_, static_cast<uint16_t>(lead), 1 + random_() % 300)}, 5);
    const size_t at = 1 + random_() % (stream.size() - 1);
    ASSERT_NO_FATAL_FAILURE(exchange(engine, {stream.cut(random_, at, stream.size(), lead, 0),
                                              stream.cut(random_, 0, at, lead, 0)}));
    expect_tags(stream.records());
  }
}

TEST_F(AeadEngine, RandomRecordsRandomCutsRandomOrder) {
  Engine engine(2);
  const size_t kLongest[] = {3, 40, 200, 2000, 5000};
  for (int round = 0; round < 60; ++round) {
    const RecordStream stream(records(20, kLongest[round % 5]), 1 + random_() % 13);
    std::vector<CutFrame> frames = cut(stream, round % 2 == 0 ? 1460 : 100, 0);
    std::shuffle(frames.begin(), frames.end(), random_);
    ASSERT_NO_FATAL_FAILURE(exchange(engine, frames));
    expect_tags(stream.records());
  }
}

TEST_F(AeadEngine, PiecesThatAreCutWithinBlocksAddUp) {
  Engine engine(3);
  for (int round = 0; round < 30; ++round) {
    const RecordStream stream(records(10, 400), 5);
    std::vector<CutFrame> frames = cut(stream, 700, 80);
    std::shuffle(frames.begin(), frames.end(), random_);
    ASSERT_NO_FATAL_FAILURE(exchange(engine, frames));
    expect_tags(stream.records());
  }
}

TEST_F(AeadEngine, StallsOfBeatsAndPiecesChangeNothing) {
  Engine engine(4, 15);
  for (int round = 0; round < 30; ++round) {
    const RecordStream stream(records(20, round % 2 == 0 ? 60 : 1500), 5);
    ASSERT_NO_FATAL_FAILURE(exchange(engine, cut(stream, 1460, round % 3 == 0 ? 50 : 0)));
    expect_tags(stream.records());
  }
}

TEST_F(AeadEngine, LongestRecordsInFramesOfAllSizes) {
  Engine engine(5);
  const RecordStream stream({make_record(random_, 1, 16640), make_record(random_, 2, 16384),
                             make_record(random_, 3, 16639)},
                            5);
  std::vector<CutFrame> frames = cut(stream, 1460, 0);
  std::shuffle(frames.begin(), frames.end(), random_);
  ASSERT_NO_FATAL_FAILURE(exchange(engine, frames));
  expect_tags(stream.records());
  ASSERT_NO_FATAL_FAILURE(exchange(engine, cut(stream, 9000, 0)));
  expect_tags(stream.records());
}

TEST_F(AeadEngine, RetransmissionsLeaveAsTheFirstTimeAndAddNothing) {
  Engine engine(6);
  const RecordStream stream(records(10, 1000), 5);
  std::vector<CutFrame> frames = cut(stream, 800, 0);
  for (CutFrame again : cut(stream, 500, 0)) {
    for (Piece& piece : again.pieces) {
      piece.add = false;
    }
    frames.push_back(again);
  }
  std::shuffle(frames.begin(), frames.end(), random_);
  ASSERT_NO_FATAL_FAILURE(exchange(engine, frames));
  expect_tags(stream.records());
}

TEST_F(AeadEngine, FramesWithoutTextPassAndBlankBytesLeaveAsZeros) {
  Engine engine(7, 10);
  std::vector<CutFrame> frames;
  for (int i = 0; i < 500; ++i) {
    CutFrame frame;
    frame.bytes = random_bytes(random_, 1 + random_() % 400);
    frame.data = frame.bytes;
    frame.plain = ByteVector(frame.bytes.size());
    frame.text = std::vector<bool>(frame.bytes.size());
    size_t at = 0;
    while (random_() % 3 != 0 && at < frame.bytes.size()) {
      Piece piece;
      piece.kind = random_() % 2 == 0 ? PieceKind::kBlank : PieceKind::kPass;
      piece.start = at + random_() % (frame.bytes.size() - at);
      piece.bytes = random_() % (frame.bytes.size() - piece.start + 1);
      at = piece.start + piece.bytes;
      if (piece.kind == PieceKind::kBlank) {
        std::fill_n(frame.data.begin() + static_cast<std::ptrdiff_t>(piece.start), piece.bytes, 0);
      }
      frame.pieces.push_back(piece);
    }
    frames.push_back(frame);
  }
  exchange(engine, frames);
}

TEST_F(AeadEngine, AChangedByteOrTagOrAadIsSeen) {
  Engine engine(8);
  for (int i = 0; i < 60; ++i) {
    Record record = make_record(random_, 1, 1 + random_() % 100);
    if (i % 3 == 0 && !record.piece.in_aad.empty()) {
      record.piece.in_aad[0] ^= 1;
    } else {
      record.incoming[random_() % record.incoming.size()] ^=
          static_cast<uint8_t>(1 << random_() % 8);
    }
    const RecordStream stream({record}, 5);
    CutFrame frame = stream.cut(random_, 0, stream.size(), 54, 0);
    engine.send(frame.bytes, frame.pieces);
    ASSERT_TRUE(engine.run());
    Block in = engine.sums().front().in_sum;
    in ^= engine.sums().front().in_tag;
    EXPECT_TRUE(in != kZero);
    engine.sums().clear();
    engine.frames().clear();
  }
}

}  // namespace
}  // namespace vitrine::bench
