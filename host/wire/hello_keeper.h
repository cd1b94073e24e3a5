// Brings early-acknowledged bytes of a bypassed connection to the server.
//
// The client has forgotten bytes that the host acknowledged, so the host is their sender until the
// server has acknowledged them. Meanwhile the flow stays punted: the session passes every packet
// on, shows the server's to on_server_packet(), and installs `forward` when done(). Pure logic with
// a clock: RFC 6298 with a fixed initial timeout, doubling. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/clock.h"
#include "host/wire/assembler.h"
#include "host/wire/opening.h"

namespace vitrine::wire {

class HelloKeeper {
 public:
  // Copies what it needs, and takes over the assembler's share of the budget for that. `clock` must
  // outlive it.
  HelloKeeper(const Opening& opening, Assembler& assembler, const Clock& clock);

  // An acknowledgement from the server.
  void on_server_packet(const TcpPacket& packet);
  // Frames to inject for egress on the server's port now: first all contiguous bytes of the
  // assembler (in place of the held frames), then what is still unacknowledged whenever the timeout
  // has passed.
  std::vector<std::vector<uint8_t>> due();
  // When to call due() again, by the clock; 0 where done or failed.
  uint64_t next_due_ns() const;

  bool done() const;
  // The server did not acknowledge in kMaxRounds rounds: reset both ends.
  bool failed() const { return !done() && rounds_ >= kMaxRounds; }

 private:
  static constexpr uint32_t kMaxRounds = 8;
  static constexpr uint32_t kDuplicates = 3;
  static constexpr uint64_t kFirstTimeoutNs = 200'000'000;

  const Clock& clock_;
  End client_;
  uint16_t client_window_ = 0;
  Endpoint server_;
  bool timestamps_ = false;
  uint32_t server_timestamp_ = 0;
  uint32_t server_next_ = 0;
  uint16_t segment_ = 536;
  uint32_t begin_ = 0;   // sequence number of bytes_[0]
  uint32_t wanted_ = 0;  // one past the last byte that the client has forgotten
  uint32_t acknowledged_ = 0;
  std::vector<uint8_t> bytes_;
  HoldShare share_;
  uint32_t rounds_ = 0;
  uint32_t duplicates_ = 0;
  bool recovering_ = false;
  uint64_t next_due_ns_ = 0;
};

}  // namespace vitrine::wire
