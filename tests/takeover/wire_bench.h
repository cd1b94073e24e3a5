// A card made of two raw sockets, and a session without TLS on top: enough to take a real
// connection over, relay it, hand it over and splice it, packet by packet, in one thread.
//
// Frames that are not of port 443 pass. The splice adds the deltas, nothing else. Hooks lose frames
// or look at them. Threads: the middle namespace's.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/base/unique_fd.h"
#include "host/takeover/connection.h"
#include "host/takeover/connection_table.h"
#include "host/takeover/frame_sink.h"
#include "host/takeover/stack.h"
#include "host/wire/assembler.h"
#include "host/wire/hello_keeper.h"
#include "host/wire/opening.h"

namespace vitrine::test {

// What the host adds and takes away on each leg, so that sequence numbers differ afterwards.
constexpr size_t kClientHello = 100;
constexpr size_t kClientHelloOut = 700;
constexpr size_t kServerHello = 50;
constexpr size_t kServerHelloOut = 3000;

class WireBench : public takeover::FrameSink {
 public:
  // Opens the ports in the calling thread's namespace, then creates the stack.
  WireBench();

  // Handles what is ready, waiting at most this long.
  void step(int timeout_ms = 10);

  Status inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) override;

  // At the whole hello: take over, or let the connection through (wire::HelloKeeper).
  bool take_over = true;
  size_t client_hello = kClientHello;
  // Loses a received frame.
  std::function<bool(card::Port, const wire::TcpPacket&)> lose;
  // Loses a frame that is to leave.
  std::function<bool(card::Port, const wire::TcpPacket&)> lose_egress;
  // Sees each TCP frame that leaves.
  std::function<void(card::Port, const wire::TcpPacket&)> on_egress;

  // Relays what the sockets have; false once either is unusable.
  bool relay();
  takeover::Connection* connection() { return connection_.get(); }
  wire::Opening* opening() { return opening_ ? &*opening_ : nullptr; }
  bool relaying_stream() const { return hellos_done_[0] && hellos_done_[1]; }
  uint64_t relayed(size_t leg) const { return relayed_[leg]; }
  void install(const takeover::Frozen& frozen) { splice_ = frozen; }
  bool spliced() const { return splice_.has_value(); }
  // Passes what still waits at the ports, so that a next connection starts clean.
  void drain_ports() {
    for (int i = 0; i < 10; ++i) {
      step(1);
    }
  }
  void forget() {
    table_.erase(*connection_);
    connection_.reset();
    opening_.reset();
    assembler_.reset();
    hellos_done_ = {};
    relayed_ = {};
    pending_ = {};
    splice_.reset();
  }

  // Feeds the connection a frame as if a port had received it.
  void receive(card::Port port, Bytes frame);

  uint64_t resets_out = 0;  // RSTs that left by either port
  uint64_t resets_in = 0;   // RSTs that the real ends sent
  uint64_t spliced_frames = 0;
  uint16_t segment_size = 0;  // of the last large frame from the stack
  bool acked_early = false;
  wire::HelloKeeper* keeper() { return keeper_ ? &*keeper_ : nullptr; }
  Status create_status;
  takeover::Stack& stack() { return *stack_; }

 private:
  void on_frame(card::Port port, Bytes frame);
  void on_opening(card::Port port, const wire::TcpPacket& packet);
  void start_takeover();
  void start_bypass();
  void pass(card::Port port, const wire::TcpPacket& packet);
  void emit(card::Port port, Bytes frame, uint16_t each);
  void splice(card::Port port, const wire::TcpPacket& packet);
  bool relay_leg(size_t leg);
  void consume_hello(size_t leg);

  std::array<UniqueFd, 2> ports_;
  std::unique_ptr<takeover::Stack> stack_;
  takeover::ConnectionTable table_;
  std::optional<wire::Opening> opening_;
  wire::HoldBudget held_hellos_{1U << 20};
  std::optional<wire::Assembler> assembler_;
  std::optional<wire::HelloKeeper> keeper_;
  std::unique_ptr<takeover::Connection> connection_;
  std::optional<takeover::Frozen> splice_;
  std::array<bool, 2> hellos_done_{};
  std::array<uint64_t, 2> relayed_{};
  std::array<std::vector<uint8_t>, 2> pending_;  // read from the leg, not yet written to the other
};

}  // namespace vitrine::test
