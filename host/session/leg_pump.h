// Moves bytes: between a socket and its leg, and plaintext between the two legs (the relay).
//
// Non-blocking: one call does all that can be done now. Bounded: nothing is read from a socket
// while the other side does not take what came before. Ends are passed on as they came:
// close_notify as close_notify, a bare FIN as a bare FIN.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/tls/leg.h"

namespace vitrine::session {

// One leg and its socket. The socket is borrowed; -1 once it is gone.
class LegSocket {
 public:
  void attach(int fd) { fd_ = fd; }
  void detach() { fd_ = -1; }
  void set_leg(std::unique_ptr<tls::Leg> leg) { leg_ = std::move(leg); }
  tls::Leg* leg() const { return leg_.get(); }
  int fd() const { return fd_; }

  // Socket → leg, until the socket is empty or the leg has enough. True where anything moved.
  bool fill();
  // Leg → socket. True where anything moved.
  bool drain();
  // FIN, once everything has been sent.
  void finish_sending() { want_fin_ = true; }

  bool end_of_file() const { return end_of_file_; }
  // 0, or the errno that the socket ended with (ECONNRESET, ETIMEDOUT, ...).
  int socket_error() const { return socket_error_; }
  bool output_pending() const { return leg_ != nullptr && !leg_->output().empty(); }
  bool sent_fin() const { return sent_fin_; }
  // Sends bytes around the leg (an alert record before the leg exists).
  void send_raw(Bytes bytes);
  // Reads and forgets; for a socket that is being closed.
  void discard();

 private:
  int fd_ = -1;
  std::unique_ptr<tls::Leg> leg_;
  bool end_of_file_ = false;
  bool want_fin_ = false;
  bool sent_fin_ = false;
  int socket_error_ = 0;
};

// Hears all plaintext that a pump moves, and says how much of it may pass. `from` 0: the client.
class PlaintextGate {
 public:
  virtual ~PlaintextGate() = default;
  // Just read from a leg, in order.
  virtual void on_plaintext(size_t from, Bytes plaintext) = 0;
  // Of all that was read from the leg: how many bytes may be passed on.
  virtual uint64_t cleared(size_t from) const = 0;
  // The leg has ended and all of it was read.
  virtual void on_end(size_t from) = 0;
};

// Both legs of a connection; [0] is the client's, [1] the server's.
class LegPump {
 public:
  LegSocket& client() { return sides_[0]; }
  LegSocket& server() { return sides_[1]; }
  const LegSocket& client() const { return sides_[0]; }
  const LegSocket& server() const { return sides_[1]; }
  LegSocket& side(size_t i) { return sides_[i]; }

  // Borrowed, may be null; before the legs are established.
  void set_gate(PlaintextGate* gate) { gate_ = gate; }

  // Fills, advances and drains both; plaintext moves where both legs are established.
  void run();
  // Plaintext moved so far, by source: client, server.
  const std::array<uint64_t, 2>& plaintext_bytes() const { return plaintext_bytes_; }
  // Nothing waits in either leg, in either direction.
  bool quiet() const;
  // All that the gate let pass from this side was taken by the other leg.
  bool passed_on(size_t from) const { return may_pass(from) == 0; }
  // Both directions have ended, and all was sent.
  bool finished() const { return sides_[0].sent_fin() && sides_[1].sent_fin(); }

 private:
  static constexpr size_t kChunk = 16 * 1024;
  static constexpr size_t kMaxHeld = 256 * 1024;  // that the gate has not cleared

  bool established() const;
  bool relay(size_t from);
  size_t may_pass(size_t from) const;
  bool wants_more(size_t from) const;
  void pass_on_end(size_t from);

  std::array<LegSocket, 2> sides_;
  PlaintextGate* gate_ = nullptr;
  // Plaintext that the other leg has not taken yet, or that the gate has not cleared.
  std::array<std::vector<uint8_t>, 2> waiting_;
  std::array<uint64_t, 2> plaintext_bytes_{};
  std::array<bool, 2> notify_passed_on_{};  // close_notify
  std::array<bool, 2> end_passed_on_{};     // FIN
  std::array<bool, 2> end_told_{};          // to the gate
};

}  // namespace vitrine::session
