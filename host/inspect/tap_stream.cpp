#include "host/inspect/tap_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vitrine::inspect {
namespace {

constexpr size_t kMaxRecordBytes = 18U << 10;  // RFC 8446 section 5.2, rounded up
constexpr size_t kMaxRuns = 64;                // the card allows four holes a direction

}  // namespace

TapStream::~TapStream() { release(); }

void TapStream::release() {
  waiting_.clear();
  budget_->give_back(std::exchange(bytes_, 0));
}

void TapStream::lose(std::string why) {
  if (!lost_) {
    lost_ = true;
    why_ = std::move(why);
  }
  release();
}

TapStream::Pending* TapStream::pending(uint64_t record) {
  if (lost_ || record < next_) {
    return nullptr;  // handed out already: a retransmission that the card counted again
  }
  const uint64_t ahead = record - next_;
  if (ahead >= kMaxRecords) {
    lose("the card's tap lost a record");
    return nullptr;
  }
  while (waiting_.size() <= ahead) {
    waiting_.emplace_back();
  }
  return &waiting_[ahead];
}

// False where it overlaps what has come, or there are too many pieces.
bool TapStream::add_run(Pending& record, Run run) {
  std::vector<Run>& runs = record.runs;
  const auto at = std::lower_bound(runs.begin(), runs.end(), run.begin,
                                   [](const Run& r, uint32_t begin) { return r.end < begin; });
  if (at == runs.end() || run.end < at->begin) {
    runs.insert(at, run);
    return runs.size() <= kMaxRuns;
  }
  if (run.end == at->begin) {
    at->begin = run.begin;
    return true;
  }
  if (run.begin != at->end) {
    return false;
  }
  at->end = run.end;
  if (const auto after = std::next(at); after != runs.end() && after->begin <= at->end) {
    if (after->begin < at->end) {
      return false;
    }
    at->end = after->end;
    runs.erase(after);
  }
  return true;
}

void TapStream::on_bytes(const card::TapBytes& tap) {
  Pending* record = pending(tap.record);
  if (record == nullptr || tap.plaintext.empty()) {
    return;
  }
  const size_t end = tap.offset + tap.plaintext.size();
  if (end > kMaxRecordBytes || !add_run(*record, {tap.offset, static_cast<uint32_t>(end)})) {
    return lose("the card's tap gave bytes that no record has");
  }
  std::vector<uint8_t>& plaintext = record->plaintext;
  if (end > plaintext.size()) {
    const size_t more = end - plaintext.size();
    if (bytes_ + more > kMaxBytes || !budget_->take(more)) {
      return lose("too much plaintext waits for missing records");
    }
    bytes_ += more;
    plaintext.resize(end);
  }
  std::memcpy(plaintext.data() + tap.offset, tap.plaintext.data(), tap.plaintext.size());
}

void TapStream::on_record(const card::TapRecord& record, const OnRecord& sink) {
  Pending* one = pending(record.record);
  if (one == nullptr) {
    return;
  }
  if (!record.verified) {
    return lose("a record did not verify");
  }
  const bool whole = record.length == 0 || (!one->runs.empty() && one->runs[0].begin == 0 &&
                                            one->runs[0].end >= record.length);
  if (!whole) {
    return lose("the card's tap lost bytes of a record");
  }
  one->verified = true;
  one->content_type = record.content_type;
  one->length = record.length;
  while (!lost_ && !waiting_.empty() && waiting_.front().verified) {
    const Pending front = std::move(waiting_.front());
    waiting_.pop_front();
    ++next_;
    bytes_ -= front.plaintext.size();
    budget_->give_back(front.plaintext.size());
    sink(front.content_type, Bytes(front.plaintext).first(front.length));
  }
}

void TapStream::on_end() {
  const bool any_verified = std::any_of(waiting_.begin(), waiting_.end(),
                                        [](const Pending& record) { return record.verified; });
  if (any_verified) {
    lose("the card's tap lost a record");
  }
  release();
}

}  // namespace vitrine::inspect
