// The splice of two established legs, in the card's words, and the keys that follow it.
//
// Direction d carries the client's packets where d is the client's: it is opened with the client
// leg's incoming key and sealed with the server leg's outgoing key; the other way round for the
// server's packets.
#pragma once

#include <array>

#include "host/base/status.h"
#include "host/card/types.h"
#include "host/takeover/connection.h"
#include "host/tls/record_keys.h"

namespace vitrine::session {

// After a KeyUpdate the card is given the generation after the next one; this is where it comes
// from.
class KeyChain {
 public:
  KeyChain() = default;
  KeyChain(tls::TrafficSecret in, size_t in_key_bytes, tls::TrafficSecret out, size_t out_key_bytes)
      : in_(std::move(in)),
        out_(std::move(out)),
        in_key_bytes_(in_key_bytes),
        out_key_bytes_(out_key_bytes) {}

  struct Pair {
    card::RecordKey in;
    card::RecordKey out;
  };
  // The next generation to install; moves the chain on.
  Result<Pair> advance();

 private:
  tls::TrafficSecret in_;
  tls::TrafficSecret out_;
  size_t in_key_bytes_ = 16;
  size_t out_key_bytes_ = 16;
};

struct SplicePlan {
  card::Splice splice;
  std::array<KeyChain, 2> chains;  // by card::Direction
};

// REQUIRES: both states are of the same TLS version.
SplicePlan plan_splice(card::Direction client_direction, const tls::RecordState& client_leg,
                       const tls::RecordState& server_leg, const takeover::Frozen& frozen);

}  // namespace vitrine::session
