#include "host/card/flow_image.h"

#include <algorithm>
#include <utility>

#include "host/card/little_endian.h"

namespace vitrine::card {
namespace {

constexpr uint8_t kProtocolTcp = 6;
constexpr uint16_t kNoVlan = 0x1fff;
constexpr size_t kIvBytes = 12;

// Of a direction's keys, in the order in which the mailbox has them.
enum Which : size_t { kIn, kOut, kNextIn, kNextOut };
constexpr size_t kFlags = 3;
constexpr size_t kIvs = 12;
constexpr size_t kIvWords = 4;
constexpr size_t kKeys = 28;
constexpr size_t kKeyStride = 8;
constexpr uint32_t kHasNext = 1U << 0;
constexpr uint32_t kStrict = 1U << 1;
constexpr uint32_t kTapShift = 4;
constexpr uint32_t kAes256Shift = 8;
constexpr size_t kAes256Bytes = 32;

constexpr size_t direction_base(Direction direction) {
  return FlowImage::kKeyWords + index(direction) * FlowImage::kDirectionWords;
}

uint32_t vlan_word(const VlanTags& vlan) {
  const auto one = [](uint16_t id) {
    return static_cast<uint32_t>(id == VlanTags::kNone ? kNoVlan : id);
  };
  return one(vlan.outer) | one(vlan.inner) << 16;
}

uint32_t aes256(Which which, const RecordKey& key) {
  return key.key.size() == kAes256Bytes ? 1U << (kAes256Shift + which) : 0;
}

Status check(const RecordKey& key) {
  if (!key.key.valid() || (key.key.size() != 16 && key.key.size() != kAes256Bytes)) {
    return {Code::kInvalidArgument, "record key: AES-GCM takes 16 or 32 bytes"};
  }
  if (!key.iv.valid() || key.iv.size() != kIvBytes) {
    return {Code::kInvalidArgument, "record key: the IV has 12 bytes"};
  }
  return {};
}

Status check(const Splice& splice) {
  for (const SpliceDirection& direction : splice.directions) {
    if (direction.next_in.has_value() != direction.next_out.has_value()) {
      return {Code::kInvalidArgument, "splice: next keys are for both legs or for none"};
    }
    for (const RecordKey* key :
         {&direction.in, &direction.out, direction.next_in ? &*direction.next_in : nullptr,
          direction.next_out ? &*direction.next_out : nullptr}) {
      if (key != nullptr) {
        if (Status status = check(*key); !status) {
          return status;
        }
      }
    }
  }
  return {};
}

bool is_vlan(uint16_t id) { return id <= 0xfff || id == VlanTags::kNone; }

Status check(const FlowSpec& spec) {
  const FlowKey& key = spec.key;
  const bool is_splice = spec.action == Action::kSplice;
  if (is_splice != spec.splice.has_value() || (is_splice && key.protocol != kProtocolTcp)) {
    return {Code::kInvalidArgument,
            "install: a splice is for TCP flows of action splice, and only those"};
  }
  if (key.ingress == Port::kHost || key.source.version != key.destination.version ||
      !is_vlan(key.vlan.outer) || !is_vlan(key.vlan.inner) || spec.idle_timeout_ms == 0) {
    return {Code::kInvalidArgument, "install: the key or the idle timeout cannot be"};
  }
  return spec.splice ? check(*spec.splice) : Status::ok();
}

Status no_memory() {
  return {Code::kExhausted, "flow command: no locked memory left for its keys"};
}

}  // namespace

FlowImage::FlowImage(const FlowHandle& flow) : words_(kWords * sizeof(uint32_t)) {
  if (valid()) {
    std::fill_n(words_.mutable_view().data(), words_.size(), uint8_t{0});
    put64(0, flow.id);
    put(2, flow.connection);
  }
}

uint32_t FlowImage::word(size_t i) const { return load_le32(words_.view().data() + 4 * i); }

void FlowImage::put(size_t word, uint32_t value) {
  store_le32(words_.mutable_view().data() + 4 * word, value);
}

void FlowImage::put64(size_t word, uint64_t value) {
  put(word, static_cast<uint32_t>(value));
  put(word + 1, static_cast<uint32_t>(value >> 32));
}

void FlowImage::put_bytes(size_t word, Bytes bytes) {
  std::copy(bytes.begin(), bytes.end(), words_.mutable_view().data() + 4 * word);
}

void FlowImage::put_key(const FlowKey& key) {
  put(2, word(2) | static_cast<uint32_t>(key.ingress) << 18 |
             static_cast<uint32_t>(key.source.version) << 20 |
             static_cast<uint32_t>(key.protocol) << 24);
  put(3, vlan_word(key.vlan));
  put(4, key.source_port | static_cast<uint32_t>(key.destination_port) << 16);
  const size_t bytes = key.source.version == 4 ? 4 : 16;
  put_bytes(8, Bytes(key.source.bytes).first(bytes));
  put_bytes(12, Bytes(key.destination.bytes).first(bytes));
}

void FlowImage::put_record_key(size_t base, size_t which, const RecordKey& key) {
  put_bytes(base + kIvs + which * kIvWords, key.iv.view());
  put_bytes(base + kKeys + which * kKeyStride, key.key.view());
}

void FlowImage::put_direction(Direction direction, const SpliceDirection& splice,
                              TlsVersion version) {
  const size_t base = direction_base(direction);
  const bool next = splice.next_in.has_value() && version == TlsVersion::kTls13;
  put(base, splice.sequence_delta);
  put(base + 1, splice.timestamp_delta);
  put(base + 2, splice.first_sequence);
  put(base + kFlags, (next ? kHasNext : 0) | (splice.strict ? kStrict : 0) |
                         static_cast<uint32_t>(splice.tap) << kTapShift | aes256(kIn, splice.in) |
                         aes256(kOut, splice.out) | (next ? aes256(kNextIn, *splice.next_in) : 0) |
                         (next ? aes256(kNextOut, *splice.next_out) : 0));
  put64(base + 4, splice.in_record);
  put64(base + 6, splice.out_record);
  put64(base + 8, splice.out_explicit_nonce);
  put(base + 10, splice.tap_bytes);
  put_record_key(base, kIn, splice.in);
  put_record_key(base, kOut, splice.out);
  if (next) {
    put_record_key(base, kNextIn, *splice.next_in);
    put_record_key(base, kNextOut, *splice.next_out);
  }
}

Result<FlowImage> FlowImage::install(const FlowHandle& flow, const FlowSpec& spec) {
  if (Status status = check(spec); !status) {
    return status;
  }
  FlowImage image(flow);
  if (!image.valid()) {
    return no_memory();
  }
  image.put(2, image.word(2) | static_cast<uint32_t>(spec.action) << 16);
  image.put_key(spec.key);
  image.put(5, spec.idle_timeout_ms);
  image.size_ = kKeyWords;
  if (spec.splice) {
    image.put(6, static_cast<uint32_t>(spec.splice->version));
    for (const Direction direction : {Direction::kFromInside, Direction::kFromOutside}) {
      image.put_direction(direction, spec.splice->directions[index(direction)],
                          spec.splice->version);
    }
    image.size_ = kWords;
  }
  return image;
}

Result<FlowImage> FlowImage::remove(const FlowHandle& flow, const FlowKey& key) {
  FlowImage image(flow);
  if (!image.valid()) {
    return no_memory();
  }
  image.put_key(key);
  image.size_ = kKeyWords;
  return image;
}

Result<FlowImage> FlowImage::statistics(const FlowHandle& flow) {
  FlowImage image(flow);
  if (!image.valid()) {
    return no_memory();
  }
  image.size_ = kNameWords;
  return image;
}

Result<FlowImage> FlowImage::update_keys(const FlowHandle& flow, Direction direction,
                                         const RecordKey& in, const RecordKey& out) {
  for (const RecordKey* key : {&in, &out}) {
    if (Status status = check(*key); !status) {
      return status;
    }
  }
  FlowImage image(flow);
  if (!image.valid()) {
    return no_memory();
  }
  const size_t base = direction_base(direction);
  image.put(base + kFlags, kHasNext | aes256(kNextIn, in) | aes256(kNextOut, out));
  image.put_record_key(base, kNextIn, in);
  image.put_record_key(base, kNextOut, out);
  image.size_ = base + kDirectionWords;
  return image;
}

}  // namespace vitrine::card
