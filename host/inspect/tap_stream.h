// The card's tap of one direction, put back into the order of the stream: verified plaintext only.
//
// The card reports bytes in the order in which packets brought them, and records in the order in
// which they verified. Records are handed out by their number, each when it and all before it have
// verified; bytes of a record that has not verified go nowhere.
//
// Lost: the card's tap ring was full. It shows as a verified record with bytes missing (the card
// reports a record after its bytes), as a record that later ones overtook by more than the card
// keeps in flight, or as memory running out; the stream then ends for good and says why.
// Bounded: kMaxRecords and kMaxBytes a stream, a TapBudget for all. Threads: one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/card/card.h"

namespace vitrine::inspect {

// Memory of all streams together.
class TapBudget {
 public:
  explicit TapBudget(size_t bytes) : left_(bytes) {}
  bool take(size_t bytes) {
    if (bytes > left_) {
      return false;
    }
    left_ -= bytes;
    return true;
  }
  void give_back(size_t bytes) { left_ += bytes; }
  size_t left() const { return left_; }

 private:
  size_t left_;
};

class TapStream {
 public:
  // The soft card keeps 32 records of a direction in flight; twice that is certainly a loss.
  static constexpr size_t kMaxRecords = 64;
  static constexpr size_t kMaxBytes = 1U << 20;

  // A verified record, in order. The view lives during the call.
  using OnRecord = std::function<void(uint8_t content_type, Bytes plaintext)>;

  // `first_record`: the splice's in_record. The budget outlives the stream.
  TapStream(uint64_t first_record, TapBudget& budget) : budget_(&budget), next_(first_record) {}
  TapStream(const TapStream&) = delete;
  TapStream& operator=(const TapStream&) = delete;
  ~TapStream();

  void on_bytes(const card::TapBytes& tap);
  void on_record(const card::TapRecord& record, const OnRecord& sink);
  // No more will come: what waits for a missing record will wait for ever.
  void on_end();

  bool lost() const { return lost_; }
  // Why, where lost.
  const std::string& why() const { return why_; }
  size_t waiting_bytes() const { return bytes_; }

 private:
  struct Run {
    uint32_t begin;
    uint32_t end;
  };
  struct Pending {
    std::vector<uint8_t> plaintext;
    std::vector<Run> runs;  // sorted, disjoint, not touching: what has come
    bool verified = false;
    uint8_t content_type = 0;
    uint32_t length = 0;
  };

  Pending* pending(uint64_t record);
  static bool add_run(Pending& record, Run run);
  void lose(std::string why);
  void release();

  TapBudget* budget_;
  uint64_t next_;  // the record to hand out next; waiting_[0] is it
  std::deque<Pending> waiting_;
  size_t bytes_ = 0;  // of waiting_, taken from the budget
  bool lost_ = false;
  std::string why_;
};

}  // namespace vitrine::inspect
