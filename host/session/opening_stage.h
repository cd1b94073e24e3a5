// A connection before the decision: its handshake packets go through, its first data is held until
// the ClientHello is whole.
//
// Pure but for what it injects. Threads: the session thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/session/flow.h"
#include "host/tls/client_hello.h"
#include "host/wire/assembler.h"
#include "host/wire/opening.h"

namespace vitrine::session {

// What is to be done with the connection after a packet.
enum class OpeningOutcome : uint8_t {
  kWait,      // go on watching
  kHello,     // hello() is whole: decide
  kNotTls,    // let it through; held frames are to be released
  kBadHello,  // reset; error() says why
  kNoRoom,    // the budget of held bytes is used up: give again what was given, or reset
  kClosed,    // the packet went through and there is nothing left to watch
};

class OpeningStage {
 public:
  // `budget` is that of all openings, and outlives them.
  OpeningStage(FlowFacts facts, wire::Opening opening, wire::HoldBudget& budget);

  // One packet; what must go out at once is appended to `out`.
  struct Out {
    card::Port port;
    uint16_t segment_size;
    std::vector<uint8_t> frame;
  };
  OpeningOutcome on_packet(const wire::TcpPacket& packet, uint16_t segment_size,
                           std::vector<Out>& out);

  FlowFacts& facts() { return facts_; }
  const wire::Opening& opening() const { return opening_; }
  wire::Assembler* held() { return assembler_.has_value() ? &*assembler_ : nullptr; }
  const tls::ClientHello& hello() const { return hello_; }
  tls::ClientHello take_hello() { return std::move(hello_); }
  const std::string& error() const { return error_; }
  bool hello_too_large() const { return too_large_; }
  // After kBadHello: what is held is all there is of the stream, and may go on as it came.
  bool can_be_let_through() const { return !cut_short_; }
  // Where the client's next byte is expected, for a reset.
  uint32_t client_next_sequence() const;

 private:
  OpeningOutcome hold(const wire::TcpPacket& packet, uint16_t segment_size, std::vector<Out>& out);

  FlowFacts facts_;
  wire::Opening opening_;
  wire::HoldBudget* budget_;
  std::optional<wire::Assembler> assembler_;
  tls::ClientHello hello_;
  std::string error_;
  bool too_large_ = false;
  bool cut_short_ = false;  // the client ended the connection, or more came than can be held
};

}  // namespace vitrine::session
