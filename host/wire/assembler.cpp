#include "host/wire/assembler.h"

#include <algorithm>

#include "host/wire/tcp_build.h"

namespace vitrine::wire {

Assembler::Assembler(uint32_t first_sequence, HoldBudget& budget)
    : first_sequence_(first_sequence), acknowledged_(first_sequence), share_(budget) {}

HoldShare Assembler::take_share() {
  share_.shrink_to(contiguous_);
  return std::move(share_);
}

Status Assembler::add(const TcpPacket& packet, uint16_t segment_size) {
  Bytes payload = packet.payload;
  auto offset = static_cast<int64_t>(static_cast<int32_t>(packet.sequence - first_sequence_));
  if (offset < 0) {  // a keep-alive, or a retransmission of what was never ours
    const size_t before = std::min(static_cast<size_t>(-offset), payload.size());
    payload = payload.subspan(before);
    offset += static_cast<int64_t>(before);
    if (offset < 0) {
      return Status::ok();
    }
  }
  const auto begin = static_cast<size_t>(offset);
  if (begin + payload.size() > kMaxHelloBytes) {
    return {Code::kExhausted, "more client data held than a hello may have"};
  }
  const size_t end = begin + payload.size();
  // A growing vector may hold twice what is in it.
  const size_t stream = end > bytes_.size() ? 2 * (end - bytes_.size()) : 0;
  const size_t before = share_.bytes();
  if (!share_.grow(packet.frame.size() + kBookkeepingBytes + stream)) {
    return {Code::kUnavailable, "all held client data together is as much as it may be"};
  }
  if (Status status = frames_.push(packet.frame, segment_size); !status) {
    share_.shrink_to(before);
    return status;
  }
  if (packet.has(kFin)) {
    has_fin_ = true;
    fin_sequence_ = first_sequence_ + static_cast<uint32_t>(end);
  }
  if (payload.empty()) {
    return Status::ok();
  }
  count_segment(payload.size(), segment_size, end <= contiguous_);
  if (bytes_.size() < end) {
    bytes_.resize(end);
  }
  // First copy wins: write only the gaps between what is there.
  size_t at = std::max(begin, contiguous_);
  for (const auto& [island_begin, island_end] : islands_) {
    if (at < island_begin && at < end) {
      const size_t stop = std::min(end, island_begin);
      std::copy_n(&payload[at - begin], stop - at, &bytes_[at]);
    }
    at = std::max(at, island_end);
  }
  if (at < end) {
    std::copy_n(&payload[at - begin], end - at, &bytes_[at]);
  }
  merge(begin, end);
  return Status::ok();
}

void Assembler::merge(size_t begin, size_t end) {
  islands_.emplace_back(begin, end);
  std::sort(islands_.begin(), islands_.end());
  std::vector<std::pair<size_t, size_t>> merged;
  for (const auto& [island_begin, island_end] : islands_) {
    if (island_begin <= contiguous_) {
      contiguous_ = std::max(contiguous_, island_end);
    } else if (!merged.empty() && island_begin <= merged.back().second) {
      merged.back().second = std::max(merged.back().second, island_end);
    } else {
      merged.emplace_back(island_begin, island_end);
    }
  }
  islands_ = std::move(merged);
}

void Assembler::count_segment(size_t size, uint16_t segment_size, bool repeated) {
  constexpr size_t kShort = 536;  // no MSS is smaller by default
  const size_t each = segment_size != 0 ? segment_size : size;
  segments_ += static_cast<uint32_t>((size + each - 1) / each);
  is_waiting_ = is_waiting_ || repeated || size < kShort;
}

bool Assembler::wants_ack() const {
  const uint32_t most = acked_early() ? 2 : 3;
  return next_sequence() != acknowledged_ && (is_waiting_ || segments_ >= most);
}

std::vector<uint8_t> Assembler::acknowledge(const Opening& opening) {
  acknowledged_ = next_sequence();
  segments_ = 0;
  is_waiting_ = false;
  Segment ack;
  ack.source = opening.server().endpoint;
  ack.destination = opening.client().endpoint;
  ack.sequence = opening.server().initial_sequence + 1;
  ack.acknowledgement = acknowledged_;
  // What may still come is bounded here as well as at the server.
  const size_t room = kMaxHelloBytes - std::min(contiguous_, kMaxHelloBytes);
  const auto window = std::min(opening.server().window, static_cast<uint32_t>(room));
  ack.window = opening.header_window(opening.server(), window);
  if (opening.negotiated().timestamps) {
    ack.timestamps = TcpTimestamps{opening.server().timestamp, opening.client().timestamp};
  }
  return build_frame(opening.server().link, ack);
}

}  // namespace vitrine::wire
