// A real end as the session sees it: a client or server of one TCP connection, in frames.
//
// As much TCP as a lossless, ordered path needs: it acknowledges what comes in order, sends what it
// is given at once, and knows no windows, timers or retransmissions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/wire/tcp_packet.h"
#include "tests/support/packet_builder.h"

namespace vitrine::test {

class TcpEnd {
 public:
  // `to_other` is a packet of this end: addresses and ports.
  TcpEnd(PacketBuilder to_other, card::Port port, uint32_t initial_sequence)
      : packet_(std::move(to_other)), port_(port), next_(initial_sequence) {}

  card::Port port() const { return port_; }
  // Frames that the end wants to send; emptied by the call.
  std::vector<std::vector<uint8_t>> take_frames() { return std::exchange(out_, {}); }

  void open();  // the client's SYN
  void send(Bytes bytes);
  void finish();  // FIN
  void reset();   // RST
  // A frame that arrived: SYN, SYN-ACK, data, FIN, RST.
  void receive(const wire::TcpPacket& packet);

  bool established() const { return established_; }
  bool was_reset() const { return was_reset_; }
  bool finished() const { return finished_; }  // the other's FIN came
  // What came in order; emptied by the call.
  std::vector<uint8_t> take_received() { return std::exchange(received_, {}); }

 private:
  PacketBuilder segment() const { return PacketBuilder(packet_).sequence(next_).ack(expected_); }

  PacketBuilder packet_;
  card::Port port_;
  uint32_t next_;
  uint32_t expected_ = 0;
  bool established_ = false;
  bool was_reset_ = false;
  bool finished_ = false;
  std::vector<uint8_t> received_;
  std::vector<std::vector<uint8_t>> out_;
};

}  // namespace vitrine::test
