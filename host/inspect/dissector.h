// Follows one connection's HTTP in both directions, passively: what HTTP/1 and HTTP/2 share.
//
// Bytes come in the order of each stream, and the two sides in the order in which they were sent.
// What is not understood stops the dissector for good, with a reason: a passive reader that guesses
// where a message ends would be led astray. Where access rules decide (a judge is there), held()
// bytes must not be passed on yet, and after kBlocked nothing more of either side.
#pragma once

#include <string>

#include "host/base/bytes.h"
#include "host/inspect/transaction.h"

namespace vitrine::inspect {

enum class Standing : uint8_t {
  kFollowing,
  kTunnel,   // the connection became something else (CONNECT, WebSocket): followed no further
  kStopped,  // not understood, or a limit
  kBlocked,  // an access rule denies
};

struct Limits {
  uint32_t header_bytes = 64U << 10;    // a header section as it is sent
  uint32_t decoded_bytes = 256U << 10;  // and as HPACK makes it
  uint32_t table_bytes = 64U << 10;     // HPACK's dynamic table
  size_t open_transactions = 1024;      // of one connection
};

class Dissector {
 public:
  // Sink and judge (may be null) outlive the dissector.
  Dissector(const Limits& limits, TransactionSink& sink, AccessJudge* judge)
      : limits_(limits), sink_(sink), judge_(judge) {}
  virtual ~Dissector() = default;
  Dissector(const Dissector&) = delete;
  Dissector& operator=(const Dissector&) = delete;

  // REQUIRES: kFollowing.
  virtual void feed(Side from, Bytes bytes) = 0;
  // The side will send no more.
  virtual void end(Side from) = 0;
  // The connection is over: what is open is told as incomplete. Nothing may be fed afterwards.
  virtual void finish() = 0;
  // Of what was fed: bytes at the end that wait for the judge.
  virtual size_t held(Side from) const = 0;

  // Bytes that tell the client that the transaction was denied, in place of what is held; empty
  // where an answer in progress leaves no room for it. REQUIRES: kBlocked.
  virtual std::string refusal() const = 0;

  Standing standing() const { return standing_; }
  const std::string& why() const { return why_; }    // kStopped
  const std::string& rule() const { return rule_; }  // kBlocked
  // The transaction that was denied. REQUIRES: kBlocked.
  const Transaction& blocked() const { return blocked_; }
  void stop(std::string why);

 protected:
  // False where it is denied; the dissector is then kBlocked.
  bool allow_request(Transaction& transaction);
  bool allow_response(Transaction& transaction);
  void block(const Transaction& transaction, std::string rule);
  void begin_tunnel() { standing_ = Standing::kTunnel; }

  // The page that a person sees.
  std::string refusal_page() const;

  const Limits limits_;
  TransactionSink& sink_;
  AccessJudge* const judge_;
  uint64_t transactions_ = 0;

 private:
  Standing standing_ = Standing::kFollowing;
  std::string why_;
  std::string rule_;
  Transaction blocked_;
};

}  // namespace vitrine::inspect
