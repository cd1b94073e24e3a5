#include "host/wire/hello_keeper.h"

#include <algorithm>

#include "host/wire/tcp_build.h"

namespace vitrine::wire {

HelloKeeper::HelloKeeper(const Opening& opening, Assembler& assembler, const Clock& clock)
    : clock_(clock),
      client_(opening.client()),
      client_window_(opening.header_window(opening.client(), opening.client().window)),
      server_(opening.server().endpoint),
      timestamps_(opening.negotiated().timestamps),
      server_timestamp_(opening.server().timestamp),
      server_next_(opening.server().initial_sequence + 1),
      begin_(assembler.first_sequence()),
      wanted_(assembler.acknowledged_early()),
      acknowledged_(assembler.first_sequence()),
      share_(assembler.take_share()),
      next_due_ns_(clock.monotonic_ns()) {
  const Bytes bytes = assembler.contiguous();
  bytes_.assign(bytes.begin(), bytes.end());
  const uint16_t options = timestamps_ ? 12 : 0;
  segment_ = static_cast<uint16_t>(std::max(opening.server().mss - options, 32));
}

void HelloKeeper::on_server_packet(const TcpPacket& packet) {
  if (!packet.has(kAck) || packet.key.source_port != server_.port) {
    return;
  }
  const uint32_t end = begin_ + static_cast<uint32_t>(bytes_.size());
  const uint32_t ack = packet.acknowledgement;
  // The server may acknowledge more than is kept: the client's own later bytes.
  const uint64_t now = clock_.monotonic_ns();
  if (seq_after(ack, acknowledged_)) {
    acknowledged_ = seq_min(ack, end);
    rounds_ = std::min<uint32_t>(rounds_, 1);  // progress: patience starts again
    duplicates_ = 0;
    // Where something was lost, the next hole is known to be here (RFC 6582).
    next_due_ns_ = recovering_ ? now : now + kFirstTimeoutNs;
  } else if (ack == acknowledged_ && packet.length() == 0 && ++duplicates_ == kDuplicates) {
    next_due_ns_ = now;
  }
  server_next_ = seq_max(server_next_, packet.end());
  if (packet.options.timestamps) {
    server_timestamp_ = seq_max(server_timestamp_, packet.options.timestamps->value);
  }
}

std::vector<std::vector<uint8_t>> HelloKeeper::due() {
  std::vector<std::vector<uint8_t>> frames;
  const uint64_t now = clock_.monotonic_ns();
  if (done() || failed() || now < next_due_ns_) {
    return frames;
  }
  recovering_ = rounds_ > 0;
  // The first round brings all that was held, so that nothing waits for the client to send it
  // again; a later one only what a small window takes.
  constexpr size_t kRetransmitted = 4;
  const size_t most = rounds_ == 0 ? bytes_.size() : kRetransmitted * segment_;
  size_t at = acknowledged_ - begin_;
  const size_t stop = std::min(bytes_.size(), at + most);
  while (at < stop) {
    const size_t size = std::min<size_t>(segment_, stop - at);
    Segment segment;
    segment.source = client_.endpoint;
    segment.destination = server_;
    segment.sequence = begin_ + static_cast<uint32_t>(at);
    segment.acknowledgement = server_next_;
    segment.flags = kAck | kPsh;
    segment.window = client_window_;
    if (timestamps_) {
      segment.timestamps = TcpTimestamps{client_.timestamp, server_timestamp_};
    }
    segment.payload = Bytes(bytes_).subspan(at, size);
    frames.push_back(build_frame(client_.link, segment));
    at += size;
  }
  next_due_ns_ = now + (kFirstTimeoutNs << rounds_);
  ++rounds_;
  return frames;
}

uint64_t HelloKeeper::next_due_ns() const { return done() || failed() ? 0 : next_due_ns_; }

bool HelloKeeper::done() const { return !seq_before(acknowledged_, wanted_); }

}  // namespace vitrine::wire
