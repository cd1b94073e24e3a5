#include "host/card/driver/ring_entry.h"

#include <algorithm>
#include <string>

#include "host/card/little_endian.h"

namespace vitrine::card::driver {
namespace {

constexpr size_t kDirectionResultWords = 16;
constexpr auto kLastCloseReason = static_cast<uint8_t>(CloseReason::kZeroized);
constexpr size_t kMaxPlaintext = (1U << 14) + 256;  // with padding and content type

uint64_t words64(const uint32_t* words) { return words[0] | static_cast<uint64_t>(words[1]) << 32; }

Status wrong(const char* ring, uint32_t number, const char* what) {
  return {Code::kMalformed, std::string(ring) + " ring, entry " + std::to_string(number) +
                                ": the card wrote " + what};
}

FlowStats stats_of(Bytes body) {
  std::array<uint32_t, kResultWords> words{};
  for (size_t i = 0; i < words.size(); ++i) {
    words[i] = load_le32(&body[4 * i]);
  }
  return decode_stats(words.data());
}

}  // namespace

FlowStats decode_stats(const uint32_t* words) {
  FlowStats stats;
  for (DirectionStats& direction : stats.directions) {
    direction.packets = words64(words);
    direction.bytes = words64(words + 2);
    direction.payload_bytes = words64(words + 4);
    direction.new_payload_bytes = words64(words + 6);
    direction.records = words64(words + 8);
    direction.next_sequence = words[10];
    direction.last_acknowledgement = words[11];
    words += kDirectionResultWords;
  }
  return stats;
}

Result<PuntEntry> decode_punt(Bytes entry, uint32_t number) {
  const uint8_t type = entry[0];
  const size_t length = load_le16(&entry[4]);
  if (load_le32(&entry[28]) != number) {
    return wrong("punt", number, "another entry's number");
  }
  if (type > static_cast<uint8_t>(PuntEntry::Type::kKeyUpdate)) {
    return wrong("punt", number, "an unknown type");
  }
  if (length > kMaxEntryBody) {
    return wrong("punt", number, "a length beyond the entry");
  }
  PuntEntry out;
  out.type = static_cast<PuntEntry::Type>(type);
  out.flow = load_le64(&entry[8]);
  const Bytes body = entry.subspan(kEntryHeader, length);
  if (out.type == PuntEntry::Type::kPunt) {
    if (entry[1] > static_cast<uint8_t>(Port::kOutside) || entry[2] >= kPuntReasons ||
        body.empty()) {
      return wrong("punt", number, "a punt without port, reason or frame");
    }
    out.port = static_cast<Port>(entry[1]);
    out.reason = static_cast<PuntReason>(entry[2]);
    out.frame = body;
    return out;
  }
  if (entry[3] > 1 || out.flow == 0) {
    return wrong("punt", number, "an event without direction or flow");
  }
  out.direction = static_cast<Direction>(entry[3]);
  out.generation = load_le32(&entry[24]);
  out.record = load_le64(&entry[16]);
  if (out.type == PuntEntry::Type::kClosed) {
    if (entry[2] > kLastCloseReason || body.size() != 4 * kResultWords) {
      return wrong("punt", number, "a closed event without reason or statistics");
    }
    out.close_reason = static_cast<CloseReason>(entry[2]);
    out.stats = stats_of(body);
  }
  return out;
}

Result<TapEntry> decode_tap(Bytes entry, uint32_t number) {
  const uint8_t type = entry[0];
  const size_t length = load_le16(&entry[4]);
  if (load_le32(&entry[32]) != number) {
    return wrong("tap", number, "another entry's number");
  }
  if (type > static_cast<uint8_t>(TapEntry::Type::kRecord) || entry[1] > 1 || entry[3] > 1) {
    return wrong("tap", number, "an unknown type, direction or verdict");
  }
  TapEntry out;
  out.type = static_cast<TapEntry::Type>(type);
  out.flow = load_le64(&entry[8]);
  const auto direction = static_cast<Direction>(entry[1]);
  const uint64_t record = load_le64(&entry[16]);
  const uint32_t offset = load_le32(&entry[24]);
  const uint32_t plaintext = load_le32(&entry[28]);
  if (out.flow == 0 || length > kMaxEntryBody || offset > kMaxPlaintext ||
      plaintext > kMaxPlaintext) {
    return wrong("tap", number, "no flow, or a length beyond a record");
  }
  if (out.type == TapEntry::Type::kBytes) {
    out.bytes = {out.flow, direction, record, offset, entry.subspan(kEntryHeader, length)};
  } else {
    out.record = {out.flow, direction, record, entry[3] != 0, entry[2], plaintext};
  }
  return out;
}

void encode_inject(MutableBytes entry, InjectAs how, Port port, Bytes frame) {
  std::fill_n(entry.begin(), kEntryHeader, uint8_t{0});
  entry[0] = static_cast<uint8_t>(how);
  entry[1] = static_cast<uint8_t>(port);
  store_le16(&entry[4], static_cast<uint16_t>(frame.size()));
  std::copy(frame.begin(), frame.end(), entry.begin() + kEntryHeader);
}

}  // namespace vitrine::card::driver
