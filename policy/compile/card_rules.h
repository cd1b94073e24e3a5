// Card rules of a policy: what addresses and ports alone can decide is decided on the card, the
// rest is punted.
//
// Both directions of a connection get the same action, because until it has a flow entry the card
// judges its packets one by one. Order matters: the first match wins (host/card/types.h).
#pragma once

#include "host/card/types.h"
#include "policy/eval/policy.h"

namespace vitrine::policy {

struct CompileOptions {
  // QUIC cannot be decrypted here; without it browsers fall back to TCP.
  bool block_quic = true;
};

card::RuleGeneration compile(const DecryptAllPolicy& policy, const CompileOptions& options);

}  // namespace vitrine::policy
