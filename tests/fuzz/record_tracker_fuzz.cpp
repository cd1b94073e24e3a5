// The record tracker under segments of the fuzzer's choice: any cut of a valid stream, in any
// order, with changed bytes, acknowledgements, FIN and RST in between. Checked after each segment:
//   - header and tag bytes have one value for good (one nonce, one tag)
//   - what the receiver's TLS opens is what the sender sealed, in order
//   - nothing new leaves after the splice has ended
//
// Input: a byte of options, then operations of six bytes: kind, from (2), size (2), value.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

class Watch {
 public:
  explicit Watch(const HarnessOptions& options) : h_(options) {
    for (const size_t size : {0, 5, 700, 60, 3000, 1, 64, 1500}) {
      h_.append_data(size);
    }
    if (options.version == TlsVersion::kTls13) {
      h_.append_key_update(options.seed % 100);
      h_.append_data(900);
      h_.append_key_update();
    }
    h_.append_data(2500);
    first_.resize(h_.stream.size(), -1);
    arrived_.resize(h_.stream.size(), -1);
    fixed_.resize(h_.stream.size(), false);
    const size_t header = options.version == TlsVersion::kTls13 ? 5 : 13;
    for (const auto& [position, size] : h_.records) {
      std::fill_n(fixed_.begin() + static_cast<ptrdiff_t>(position), header, true);
      std::fill_n(fixed_.begin() + static_cast<ptrdiff_t>(position + size - 16), 16, true);
    }
  }

  void operate(const uint8_t* op) {
    const size_t from = load_be16(op + 1) % (h_.stream.size() + 20);
    const size_t size = load_be16(op + 3) % 6000;
    const uint8_t value = op[5];
    switch (op[0] % 8) {
      case 0:
      case 1:
      case 2:
        return data(from, size, 0, 0);
      case 3:
        return data(from, size, value, 0);
      case 4:
        return acknowledge(received_);
      case 5:
        return acknowledge(from);
      case 6:
        return (void)h_.install_next();
      default:
        return data(from, value & 1 ? 0 : size, 0, value);
    }
  }

 private:
  void data(size_t from, size_t size, uint8_t change, uint8_t flags) {
    from = std::min(from, h_.stream.size());
    const size_t to = std::min(h_.stream.size(), from + size);
    ByteVector payload(h_.stream.begin() + static_cast<ptrdiff_t>(from),
                       h_.stream.begin() + static_cast<ptrdiff_t>(to));
    if (!payload.empty()) {
      payload[change * 37U % payload.size()] ^= change;
    }
    SegmentSpec spec;
    spec.sequence = h_.in_sequence(from);
    spec.acknowledgement = 5000 + 0x01010101;
    spec.flags = static_cast<uint8_t>(kAck | (flags & (kFin | kRst | kPsh)));
    spec.payload = payload;
    spec.ipv6 = (flags & 0x80) != 0;
    Segment segment = make_segment(spec);
    const bool was_over = over_;
    const auto verdict = h_.splicer->process(SpliceHarness::kData, MutableBytes(segment.frame),
                                             segment.parsed, 1460, h_.sink);
    over_ = over_ || verdict.closed;
    for (const Segment& released : h_.sink.released) {
      left(load_be32(released.frame.data() + released.parsed.l4 + 4),
           Bytes(released.frame).subspan(released.parsed.payload), was_over);
    }
    h_.sink.released.clear();
    if (verdict.kind == SpliceVerdict::Kind::kSend) {
      require(verdict.payload_length <= payload.size());
      left(load_be32(segment.frame.data() + segment.parsed.l4 + 4),
           Bytes(segment.frame).subspan(segment.parsed.payload, verdict.payload_length), was_over);
    }
  }

  void left(uint32_t sequence, Bytes payload, bool was_over) {
    const auto position = static_cast<size_t>(sequence - h_.out_sequence(0));
    ByteVector next;
    for (size_t i = 0; i < payload.size(); ++i) {
      const size_t at = position + i;
      require(at < first_.size());
      if (at < acknowledged_ && payload[i] == 0) {
        continue;
      }
      require(!was_over);
      if (first_[at] < 0) {
        first_[at] = payload[i];
      }
      require(!fixed_[at] || first_[at] == payload[i]);
      if (arrived_[at] < 0) {
        arrived_[at] = payload[i];
      }
    }
    while (received_ < arrived_.size() && arrived_[received_] >= 0) {
      next.push_back(static_cast<uint8_t>(arrived_[received_++]));
    }
    h_.reader().feed(next);
    for (; judged_ < h_.reader().records().size(); ++judged_) {
      const auto& record = h_.reader().records()[judged_];
      if (record.type == 23) {
        require(record.content.size() <= h_.content.size() - read_);
        require(std::equal(record.content.begin(), record.content.end(),
                           h_.content.begin() + static_cast<ptrdiff_t>(read_)));
        read_ += record.content.size();
      }
    }
  }

  void acknowledge(size_t position) {
    SegmentSpec spec;
    spec.sequence = 5000;
    spec.acknowledgement = h_.out_sequence(position);
    Segment segment = make_segment(spec);
    h_.splicer->process(SpliceHarness::kBack, MutableBytes(segment.frame), segment.parsed, 0,
                        h_.sink);
    acknowledged_ = std::max(acknowledged_, position);
  }

  SpliceHarness h_;
  std::vector<int> first_;
  std::vector<int> arrived_;
  std::vector<bool> fixed_;  // header and tag bytes
  size_t received_ = 0;
  size_t judged_ = 0;  // records that the receiver's TLS opened and that were compared
  size_t read_ = 0;    // content bytes of these
  size_t acknowledged_ = 0;
  bool over_ = false;
};

}  // namespace
}  // namespace vitrine::card::soft

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine::card;
  if (size < 1) {
    return 0;
  }
  soft::HarnessOptions options;
  options.version = (data[0] & 1) != 0 ? TlsVersion::kTls12 : TlsVersion::kTls13;
  options.strict = (data[0] & 2) != 0;
  options.in_key_size = (data[0] & 4) != 0 ? 32 : 16;
  options.tap = (data[0] & 8) != 0 ? TapMode::kAll : TapMode::kNone;
  options.next_keys = (data[0] & 16) == 0;
  options.seed = data[0];
  static soft::SplicePools pools({4, 8, 2});
  options.shared_pools = &pools;
  {
    soft::Watch watch(options);
    for (size_t at = 1; at + 6 <= size && at < 6 * 400; at += 6) {
      watch.operate(data + at);
    }
  }
  soft::require(pools.free_record_chunks() == 4 && pools.free_held_frames() == 10);
  return 0;
}
