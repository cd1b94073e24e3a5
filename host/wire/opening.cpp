#include "host/wire/opening.h"

#include <algorithm>

#include "host/wire/tcp_build.h"

namespace vitrine::wire {
namespace {

// How far beyond the expected byte a client's reset may lie: held data.
constexpr uint32_t kCredibleWindow = 128U << 10;

uint16_t default_mss(bool v6) { return v6 ? 1220 : 536; }  // RFC 9293 section 3.7.1

uint16_t mss_of(const TcpPacket& syn) {
  constexpr uint16_t kSmallestCredible = 64;
  return std::max(syn.options.mss.value_or(default_mss(syn.is_v6())), kSmallestCredible);
}

}  // namespace

Result<Opening> Opening::from_syn(const TcpPacket& syn) {
  if (!syn.has(kSyn) || syn.has(kAck) || syn.has(kRst) || syn.has(kFin)) {
    return {Code::kUnsupported, "not the SYN of an opener"};
  }
  Opening opening;
  opening.key_ = syn.key;
  opening.ends_[0].endpoint = {syn.key.source, syn.key.source_port};
  opening.ends_[1].endpoint = {syn.key.destination, syn.key.destination_port};
  return opening;
}

OpeningStep Opening::on_packet(const TcpPacket& packet) {
  const bool client = packet.key.ingress == key_.ingress;
  if ((client ? packet.key : packet.key.reversed()) != key_ || !checksums_are_right(packet)) {
    return {};
  }
  return client ? from_client(packet) : from_server(packet);
}

bool Opening::established() const {
  // The server's SYN-ACK acknowledges the client's SYN and no more: no data was taken with it.
  return client().seen_syn && server().seen_syn &&
         server().acknowledged == client().initial_sequence + 1;
}

bool Opening::confirmed() const {
  return server().seen_syn && client().acknowledged == server().initial_sequence + 1;
}

Negotiated Opening::negotiated() const {
  const TcpOptions& a = client().options;
  const TcpOptions& b = server().options;
  return {a.window_scale && b.window_scale, a.sack_permitted && b.sack_permitted,
          a.timestamps && b.timestamps};
}

uint16_t Opening::header_window(const End& sender, uint32_t bytes) const {
  const uint8_t scale =
      negotiated().window_scaling ? sender.options.window_scale.value_or(uint8_t{0}) : uint8_t{0};
  return static_cast<uint16_t>(std::min<uint32_t>(bytes >> scale, 0xffff));
}

bool Opening::is_stale(const End& end, const TcpPacket& packet) const {
  // PAWS, RFC 7323 section 5.
  return negotiated().timestamps && packet.options.timestamps && end.timestamp != 0 &&
         seq_before(packet.options.timestamps->value, end.timestamp);
}

OpeningStep Opening::from_client(const TcpPacket& packet) {
  End& end = ends_[0];
  if (packet.has(kRst)) {
    const bool credible = packet.sequence - end.next_sequence <= kCredibleWindow;
    return {credible ? OpeningVerdict::kClosed : OpeningVerdict::kDrop, packet.frame};
  }
  if (packet.has(kSyn)) {
    if (packet.has(kAck)) {
      return {};  // simultaneous open
    }
    if (end.seen_syn && packet.sequence != end.initial_sequence) {
      for (End& forgotten : ends_) {  // a new incarnation: begin again
        End fresh;
        fresh.endpoint = forgotten.endpoint;
        fresh.link = forgotten.link;
        forgotten = fresh;
      }
    }
    syn_retransmissions_ += end.seen_syn ? 1 : 0;
    end.seen_syn = true;
    end.initial_sequence = packet.sequence;
    end.next_sequence = packet.sequence + 1;
    end.options = packet.options;
    end.mss = mss_of(packet);
    note(end, packet);
    return pass(packet);
  }
  // What the server would not accept must not decide anything here.
  if (!server().seen_syn || !packet.has(kAck) ||
      packet.acknowledgement != server().initial_sequence + 1 || is_stale(end, packet)) {
    return {};
  }
  note(end, packet);
  if (!packet.payload.empty()) {
    return {OpeningVerdict::kHold, {}};
  }
  return {packet.has(kFin) ? OpeningVerdict::kClosed : OpeningVerdict::kPass, packet.frame};
}

OpeningStep Opening::from_server(const TcpPacket& packet) {
  End& end = ends_[1];
  if (packet.has(kRst)) {
    const bool refuses = !end.seen_syn && packet.has(kAck) &&
                         packet.acknowledgement == client().initial_sequence + 1;
    const bool credible = refuses || (end.seen_syn && packet.sequence == end.next_sequence);
    return {credible ? OpeningVerdict::kClosed : OpeningVerdict::kDrop, packet.frame};
  }
  if (packet.has(kSyn)) {
    const bool answers =
        packet.has(kAck) && packet.acknowledgement == client().initial_sequence + 1;
    const bool same = !end.seen_syn || packet.sequence == end.initial_sequence;
    if (!answers || !same) {
      return {};
    }
    // Both ends sign their segments (MD5, TCP-AO): nobody in between can take part.
    if (packet.options.authenticated && client().options.authenticated) {
      return {OpeningVerdict::kNotInspectable, packet.frame};
    }
    if (!end.seen_syn) {
      end.seen_syn = true;
      end.initial_sequence = packet.sequence;
      end.next_sequence = packet.sequence + 1;
      end.options = packet.options;
      end.mss = mss_of(packet);
    }
    note(end, packet);
    return pass(packet);
  }
  // Nothing but the client's SYN was let through, so no server acknowledges more.
  if (!end.seen_syn || !packet.has(kAck) ||
      packet.acknowledgement != client().initial_sequence + 1 || is_stale(end, packet)) {
    return {};
  }
  if (!packet.payload.empty()) {
    return {OpeningVerdict::kServerSpokeFirst, packet.frame};
  }
  if (packet.has(kFin)) {
    return {OpeningVerdict::kClosed, packet.frame};
  }
  note(end, packet);
  return {OpeningVerdict::kPass, packet.frame};
}

OpeningStep Opening::pass(const TcpPacket& packet) {
  if (auto cleaned = clean_syn(packet)) {
    cleaned_ = std::move(*cleaned);
    return {OpeningVerdict::kPass, cleaned_};
  }
  return {OpeningVerdict::kPass, packet.frame};
}

void Opening::note(End& end, const TcpPacket& packet) const {
  if (!end.link.known()) {
    end.link = LinkTemplate(packet.link());
  }
  if (packet.has(kAck)) {
    const bool newer =
        end.acknowledged == 0 || !seq_before(packet.acknowledgement, end.acknowledged);
    if (newer) {
      end.acknowledged = packet.acknowledgement;
      const bool scaled = !packet.has(kSyn) && negotiated().window_scaling;
      const uint8_t scale = scaled ? end.options.window_scale.value_or(uint8_t{0}) : uint8_t{0};
      end.window = static_cast<uint32_t>(packet.window) << scale;
    }
  } else {
    end.window = packet.window;
  }
  if (packet.options.timestamps) {
    const uint32_t value = packet.options.timestamps->value;
    end.timestamp = end.timestamp == 0 ? value : seq_max(end.timestamp, value);
  }
}

}  // namespace vitrine::wire
