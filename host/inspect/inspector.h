// The content of one decrypted connection: finds out what it is, follows HTTP, says what may pass.
//
//   kUndecided ─▶ kHttp ─▶ kTunnel | kStopped | kBlocked
//        └──────▶ kOther
//
// Fed with plaintext of verified records only, in order, from the relay's legs or the card's tap,
// in whatever pieces. Without a judge it only tells; with one, what is not cleared() must not be
// passed on, and what cannot be followed is denied: rules that nobody can apply are not satisfied.
// Threads: one. Sink and judge outlive it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/inspect/dissector.h"

namespace vitrine::inspect {

class Inspector {
 public:
  enum class State : uint8_t { kUndecided, kHttp, kOther, kTunnel, kStopped, kBlocked };

  Inspector(std::string_view alpn, TransactionSink& sink, AccessJudge* judge, Limits limits = {});

  void feed(Side from, Bytes plaintext);
  // close_notify or FIN.
  void end(Side from);
  // Bytes are missing from here on.
  void lose(std::string why);
  // The connection is over: open transactions are told as incomplete. Idempotent.
  void finish();

  State state() const { return state_; }
  // kStopped: why.
  const std::string& why() const { return why_; }
  // kBlocked: the rule ("" the default), and what it denied (no method where it was no HTTP).
  const std::string& rule() const { return rule_; }
  const Transaction& blocked() const { return blocked_; }
  // What to tell the client in place of what is held; empty where the connection can only be reset.
  std::string refusal() const;
  // Of all that was fed: how many bytes from the stream's beginning may be passed on.
  uint64_t cleared(Side from) const;
  bool judges() const { return judge_ != nullptr; }

 private:
  void decide();
  void begin(std::unique_ptr<Dissector> dissector);
  void deny(std::string rule, Transaction transaction);
  void stop(std::string why);
  void look();

  const Limits limits_;
  TransactionSink& sink_;
  AccessJudge* const judge_;
  State state_ = State::kUndecided;
  bool expects_http2_;
  bool expects_http_;
  std::vector<uint8_t> first_;  // of the client, until it is known what it speaks
  std::unique_ptr<Dissector> dissector_;
  std::array<uint64_t, 2> fed_{};
  std::string why_;
  std::string rule_;
  Transaction blocked_;
};

}  // namespace vitrine::inspect
