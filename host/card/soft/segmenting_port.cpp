#include "host/card/soft/segmenting_port.h"

#include <algorithm>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/segmenter.h"

namespace vitrine::card::soft {
namespace {

bool is_coalesced_tcp(const WireFrame& frame) {
  return frame.segment_size != 0 &&
         (frame.segmentation == Segmentation::kTcp4 || frame.segmentation == Segmentation::kTcp6);
}

}  // namespace

SegmentingPort::SegmentingPort(std::unique_ptr<WirePort> below)
    : below_(std::move(below)), buffer_(kBufferBytes), out_buffer_(kBufferBytes) {
  waiting_.reserve(kBufferBytes / 64);
}

// Cuts what the port below has into buffer_. Frames that would not fit are marked lost, so that
// they are counted; 32 frames of 64 KiB cut into segments of 100 bytes or more do fit.
void SegmentingPort::refill() {
  waiting_.clear();
  next_ = 0;
  std::array<WireFrame, kBatch> frames;
  const size_t count = below_->receive(frames);
  size_t used = 0;
  for (size_t i = 0; i < count; ++i) {
    WireFrame& frame = frames[i];
    ParsedFrame parsed;
    const bool cut = is_coalesced_tcp(frame) &&
                     parse_frame(frame.bytes, Port::kInside, parsed) == FrameKind::kTcp;
    const Segmenter segmenter(frame.bytes, parsed, cut ? frame.segment_size : uint16_t{1});
    const size_t pieces = cut ? segmenter.count() : 1;
    const size_t piece_length = cut ? segmenter.max_length() : frame.bytes.size();
    WireFrame whole = frame;
    if (pieces * piece_length > buffer_.size() - used ||
        waiting_.size() + pieces > waiting_.capacity()) {
      whole.lost = true;
      whole.bytes = {};
      waiting_.push_back(whole);
      continue;
    }
    if (!cut && frame.checksum == Checksum::kPartial) {
      complete_checksum(frame);
      whole.checksum = Checksum::kVerified;
    }
    for (size_t piece = 0; piece < pieces; ++piece) {
      const MutableBytes room(&buffer_[used], piece_length);
      size_t length = piece_length;
      if (cut) {
        length = segmenter.write(piece, room);
      } else {
        std::copy(frame.bytes.begin(), frame.bytes.end(), room.begin());
      }
      WireFrame out = whole;
      out.bytes = room.first(length);
      if (cut) {
        out.segment_size = 0;
        out.segmentation = Segmentation::kNone;
        out.checksum = Checksum::kVerified;
      }
      waiting_.push_back(out);
      used += length;
    }
  }
  below_->done();
}

size_t SegmentingPort::receive(std::span<WireFrame> out) {
  if (!segments_left()) {
    refill();
  }
  const size_t count = std::min(out.size(), waiting_.size() - next_);
  std::copy_n(waiting_.begin() + static_cast<ptrdiff_t>(next_), count, out.begin());
  next_ += count;
  return count;
}

bool SegmentingPort::cut_and_send(const WireFrame& frame) {
  ParsedFrame parsed;
  if (!is_coalesced_tcp(frame) ||
      parse_frame(frame.bytes, Port::kInside, parsed) != FrameKind::kTcp) {
    return false;
  }
  const Segmenter segmenter(frame.bytes, parsed, frame.segment_size);
  std::array<WireFrame, kBatch> segments;
  std::array<bool, kBatch> accepted{};
  bool all = true;
  for (size_t i = 0; i < segmenter.count();) {
    size_t used = 0;
    size_t n = 0;
    for (; i < segmenter.count() && n < kBatch; ++i, ++n) {
      const MutableBytes room(&out_buffer_[used], segmenter.max_length());
      segments[n] = WireFrame{};
      segments[n].bytes = room.first(segmenter.write(i, room));
      used += segments[n].bytes.size();
    }
    below_->send({segments.data(), n}, accepted);
    all = all && std::all_of(accepted.begin(), accepted.begin() + static_cast<ptrdiff_t>(n),
                             [](bool ok) { return ok; });
  }
  return all;
}

void SegmentingPort::send(std::span<const WireFrame> frames, std::span<bool> accepted) {
  size_t plain = 0;  // start of the run of frames that need no cutting
  auto send_plain = [&](size_t end) {
    if (end > plain) {
      below_->send(frames.subspan(plain, end - plain), accepted.subspan(plain, end - plain));
    }
    plain = end + 1;
  };
  for (size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].checksum == Checksum::kPartial && frames[i].segment_size == 0) {
      WireFrame completed = frames[i];
      complete_checksum(completed);
      send_plain(i);
      below_->send({&completed, 1}, accepted.subspan(i, 1));
    } else if (frames[i].segment_size != 0) {
      send_plain(i);
      accepted[i] = cut_and_send(frames[i]);
    }
  }
  send_plain(frames.size());
}

}  // namespace vitrine::card::soft
