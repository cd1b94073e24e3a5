// Card rules of a rulebook: what the first packet decides is decided on the card, the rest is
// punted.
//
// The card judges single packets: it does not know whether a packet without a flow entry is from
// the connection's opener or an answer.  So a TCP packet is forwarded or dropped only where both
// readings say so, and punted otherwise; the host then decides and installs a flow entry.  Other
// protocols are judged packet by packet, as if each opened a connection, and are never punted by a
// rule.
//
// Where the card's table is too small, TCP is punted (the host decides as the policy says, slower)
// and the rest of UDP/443 is dropped (browsers use TCP); other protocols must fit.
//
// Rules hold for the moment given, because of times of day; next_change() says until when.
#pragma once

#include <cstdint>

#include "host/base/status.h"
#include "host/card/types.h"
#include "policy/lang/rulebook.h"

namespace vitrine::policy {

struct CardTarget {
  uint32_t configuration_version = 0;
  int64_t wall_ms = 0;
  size_t max_rules = 4096;  // of the card's table
};

struct CardRules {
  card::RuleGeneration generation;
  size_t boxes = 0;         // of the policy, before they became rules
  size_t conservative = 0;  // boxes punted although parts of them are decided
  size_t left_out = 0;      // boxes that found no room: punted, or UDP/443 dropped
};

// kExhausted: the access rules for protocols other than TCP need more rules than the card has.
Result<CardRules> compile_rulebook(const Rulebook& book, const CardTarget& target);

// The first moment after `wall_ms` at which a time begins or ends; -1: never.
int64_t next_change(const Rulebook& book, int64_t wall_ms);

}  // namespace vitrine::policy
