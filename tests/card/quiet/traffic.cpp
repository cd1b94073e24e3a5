#include "tests/card/quiet/traffic.h"

#include <algorithm>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"

namespace vitrine::card::test {
namespace {

constexpr Direction kData = Direction::kFromOutside;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kKeyUpdate[] = {24, 0, 0, 1, 0};  // RFC 8446 section 4.6.3

}  // namespace

Traffic::Traffic(const TrafficOptions& options, size_t batches)
    : options_(options), connection_(options.connection) {
  // In disorder every segment comes twice: shuffled with its neighbours, then in order.
  const size_t segments = options_.disorder ? kBatch / 2 : kBatch - 1;
  const ByteVector bytes = stream(batches * segments * options_.segment);
  for (size_t at = 0; at < bytes.size();) {
    Batch batch;
    while (batch.from_outside.size() < segments && at < bytes.size()) {
      const size_t size = std::min(options_.segment, bytes.size() - at);
      batch.from_outside.push_back(keep(connection_.data(kData, Bytes(bytes).subspan(at, size))));
      const soft::WireFrame& frame = batch.from_outside.back();
      in_order_.emplace_back(frame.bytes, frame.bytes.size() - size);
      at += size;
    }
    if (options_.disorder) {
      std::vector<soft::WireFrame> shuffled = batch.from_outside;
      for (soft::WireFrame& frame : shuffled) {
        frame.bytes = memory_.emplace_back(frame.bytes.begin(), frame.bytes.end());
      }
      std::shuffle(shuffled.begin(), shuffled.end(), random_);
      batch.from_outside.insert(batch.from_outside.begin(), shuffled.begin(), shuffled.end());
    }
    batch.from_inside = keep(connection_.packet(opposite(kData)));
    frames_ += batch.from_outside.size() + 1;
    batches_.push_back(std::move(batch));
  }
}

ByteVector Traffic::stream(size_t bytes) {
  ByteVector out;
  bool updated = !options_.key_updates;
  while (out.size() < bytes) {
    const ByteVector content = vitrine::test::random_bytes(random_, options_.record);
    const ByteVector record = connection_.seal(kData, content);
    content_.insert(content_.end(), content.begin(), content.end());
    out.insert(out.end(), record.begin(), record.end());
    if (!updated && out.size() > bytes / 2) {
      const ByteVector update = connection_.seal(kData, kKeyUpdate, kHandshake);
      out.insert(out.end(), update.begin(), update.end());
      connection_.rekey(kData);
      updated = true;
    }
  }
  return out;
}

soft::WireFrame Traffic::keep(const PacketBuilder& packet) {
  soft::WireFrame frame;
  frame.bytes = memory_.emplace_back(packet.build());
  soft::ParsedFrame parsed;
  soft::parse_frame(frame.bytes, Port::kOutside, parsed);
  if (options_.coalesced_size != 0 && parsed.payload_length > options_.coalesced_size) {
    soft::leave_checksum_to_port(frame, parsed);
    frame.segment_size = options_.coalesced_size;
    frame.segmentation =
        parsed.key.source.is_v6() ? soft::Segmentation::kTcp6 : soft::Segmentation::kTcp4;
  }
  return frame;
}

bool Traffic::arrived() {
  auto& reader = connection_.reader(kData);
  for (const auto& [frame, headers] : in_order_) {
    reader.feed(frame.subspan(headers));
  }
  return !reader.bad() && reader.data() == content_;
}

size_t QuietPort::receive(std::span<soft::WireFrame> out) {
  receives.fetch_add(1);
  if (!open.load()) {
    return 0;
  }
  const size_t count = std::min(out.size(), to_receive.size() - received_);
  std::copy_n(to_receive.begin() + static_cast<ptrdiff_t>(received_), count, out.begin());
  received_ += count;
  return count;
}

void QuietPort::send(std::span<const soft::WireFrame> frames, std::span<bool> accepted) {
  sends.fetch_add(1);
  sent.fetch_add(frames.size());
  std::fill_n(accepted.begin(), frames.size(), true);
}

}  // namespace vitrine::card::test
