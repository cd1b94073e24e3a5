// zeroize_i of aead_engine: while it works, and 96 clocks later, its whole state is searched for
// what is secret.
#include <algorithm>

#include "sim/bench/aead/engine.h"
#include "sim/bench/aead/records.h"
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

// Whether 8 bytes of `secret` lie in `state`, in either byte order.
bool holds(Bytes state, const ByteVector& secret) {
  for (size_t at = 0; at + 8 <= secret.size(); at += 8) {
    ByteVector part(secret.begin() + static_cast<std::ptrdiff_t>(at),
                    secret.begin() + static_cast<std::ptrdiff_t>(at + 8));
    for (int order = 0; order < 2; ++order) {
      if (std::search(state.begin(), state.end(), part.begin(), part.end()) != state.end()) {
        return true;
      }
      std::reverse(part.begin(), part.end());
    }
  }
  return false;
}

ByteVector hash_key(const ByteVector& key) {
  const Block zero{};
  const Block hash = aes_encrypt(key, zero);
  return {hash.begin(), hash.end()};
}

TEST(AeadZeroize, NoKeyHashKeyOrPlaintextIsLeft) {
  Engine engine;
  std::mt19937_64 random(1);
  const Record record = make_record(random, 1, 1400);
  const RecordStream stream({record}, 5);
  const CutFrame frame = stream.cut(random, 0, stream.size(), 54, 0);
  const std::vector<ByteVector> secrets = {record.piece.in_key, record.piece.out_key,
                                           hash_key(record.piece.in_key),
                                           hash_key(record.piece.out_key), record.plain};
  std::vector<bool> seen(secrets.size());
  for (int i = 0; i < 20; ++i) {
    engine.send(frame.bytes, frame.pieces);
  }
  for (int i = 0; i < 200; ++i) {
    engine.tick();
    for (size_t s = 0; s < secrets.size(); ++s) {
      seen[s] = seen[s] || holds(engine.state(), secrets[s]);
    }
  }
  for (size_t s = 0; s < secrets.size(); ++s) {
    EXPECT_TRUE(seen[s]) << "the search does not find secret " << s << " where it must be";
  }
  engine.zeroize();
  for (size_t s = 0; s < secrets.size(); ++s) {
    EXPECT_FALSE(holds(engine.state(), secrets[s])) << "secret " << s;
  }
}

TEST(AeadZeroize, WorksAfterwardsWhereverItWasStopped) {
  Engine engine(2);
  std::mt19937_64 random(2);
  for (int round = 0; round < 30; ++round) {
    const RecordStream stream({make_record(random, 1, 1 + random() % 1400)}, 5);
    const CutFrame frame = stream.cut(random, 0, stream.size(), 54, 0);
    for (int i = 0; i < 3; ++i) {
      engine.send(frame.bytes, frame.pieces);
    }
    for (int i = 0; i < round * 4; ++i) {
      engine.tick();
    }
    engine.zeroize();
    engine.frames().clear();
    engine.sums().clear();
    engine.send(frame.bytes, frame.pieces);
    ASSERT_TRUE(engine.run());
    ASSERT_EQ(engine.frames().size(), 1U);
    EXPECT_EQ(engine.frames().front().data, frame.data);
    Block in = engine.sums().front().in_sum;
    in ^= engine.sums().front().in_tag;
    EXPECT_EQ(in, Block{});
    engine.frames().clear();
    engine.sums().clear();
  }
}

}  // namespace
}  // namespace vitrine::bench
