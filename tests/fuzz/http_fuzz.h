// What both HTTP fuzzers do: pieces of two streams, with and without rules, in any order.
//
// Input: pieces, each a byte of side (low bit) and length (the rest, times four), then its bytes.
#pragma once

#include <cstdlib>

#include "host/inspect/inspector.h"

namespace vitrine::inspect {

struct FuzzSink : TransactionSink {
  size_t told = 0;
  void on_transaction(const Transaction& transaction) override {
    told +=
        1 + transaction.url().size() + transaction.path().size() + transaction.host_name().size();
  }
};

struct FuzzJudge : AccessJudge {
  Judgement on_request(const Transaction& transaction) override {
    return {transaction.method == "PUT" ? Judgement::Word::kDeny : Judgement::Word::kNeedsResponse,
            "rule"};
  }
  Judgement on_response(const Transaction& transaction) override {
    return {transaction.status == 418 ? Judgement::Word::kDeny : Judgement::Word::kAllow, "rule"};
  }
  Judgement without_http() override { return {}; }
};

inline void fuzz_http(std::string_view alpn, Bytes input) {
  FuzzSink sink;
  FuzzJudge judge;
  Inspector free(alpn, sink, nullptr);
  Inspector ruled(alpn, sink, &judge);
  std::array<uint64_t, 2> fed{};
  std::array<uint64_t, 2> passed{};
  while (!input.empty()) {
    const auto side = static_cast<Side>(input[0] & 1);
    const size_t size = std::min<size_t>((input[0] >> 1) * size_t{4}, input.size() - 1);
    const Bytes piece = input.subspan(1, size);
    input = input.subspan(1 + size);
    fed[index(side)] += size;
    free.feed(side, piece);
    ruled.feed(side, piece);
    for (const Side each : {Side::kClient, Side::kServer}) {
      const uint64_t cleared = ruled.cleared(each);
      const bool ended = ruled.state() == Inspector::State::kStopped;
      // What has passed once cannot be taken back, nor can what has not come pass.
      if (free.cleared(each) != fed[index(each)] || cleared > fed[index(each)] ||
          (!ended && cleared < passed[index(each)]) || (ended && cleared != 0)) {
        std::abort();
      }
      passed[index(each)] = std::max(passed[index(each)], cleared);
    }
  }
  free.end(Side::kServer);
  free.finish();
  (void)ruled.refusal();
  ruled.finish();
}

}  // namespace vitrine::inspect
