// Keeps what an inspector tells, and judges as the test says.
#pragma once

#include <functional>
#include <vector>

#include "host/inspect/inspector.h"

namespace vitrine::inspect::test {

struct Sink : TransactionSink {
  std::vector<Transaction> all;
  void on_transaction(const Transaction& transaction) override { all.push_back(transaction); }
};

struct Judge : AccessJudge {
  std::function<Judgement(const Transaction&)> request = [](const Transaction&) {
    return Judgement{};
  };
  std::function<Judgement(const Transaction&)> response = [](const Transaction&) {
    return Judgement{};
  };
  Judgement other;
  Judgement on_request(const Transaction& transaction) override { return request(transaction); }
  Judgement on_response(const Transaction& transaction) override { return response(transaction); }
  Judgement without_http() override { return other; }
};

inline Judgement deny(std::string rule) { return {Judgement::Word::kDeny, std::move(rule)}; }

// Feeds `text` in pieces of `step` bytes.
inline void feed(Inspector& inspector, Side side, std::string_view text, size_t step = ~size_t{0}) {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, step);
    inspector.feed(side, as_bytes(piece));
    text.remove_prefix(piece.size());
  }
}

}  // namespace vitrine::inspect::test
