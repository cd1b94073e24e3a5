// What the session room counts: one table, from which names, texts and the API come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "host/api/backend.h"

namespace vitrine::session {

// X(EnumName, "counter_name", "what it means")
#define VITRINE_SESSION_COUNTS(X)                                                                  \
  X(kConnections, "connections", "TCP connections seen from their SYN")                            \
  X(kMidstream, "midstream", "packets of connections whose SYN was not seen")                      \
  X(kUnparsable, "unparsable_punts", "punted frames that are no TCP segment")                      \
  X(kFragmentsDropped, "fragments_dropped", "TCP or QUIC in IP fragments or extended packets")     \
  X(kFragmentsPassed, "fragments_passed", "other fragmented or extended packets, let through")     \
  X(kFlowsFull, "flows_full", "connections refused because the host tracks as many as it may")     \
  X(kBypassesEvicted, "bypasses_evicted", "oldest let-through connections forgotten for new ones") \
  X(kBypassesDemoted, "bypasses_demoted", "let-through connections moved from the card's table")   \
  X(kHellosEvicted, "hellos_evicted", "connections reset because held hellos took all the room")   \
  X(kOpeningsEvicted, "openings_evicted", "oldest openings given up because the table was full")   \
  X(kOpeningsExpired, "openings_expired", "connections reset because no hello came in time")       \
  X(kNotTls, "not_tls", "connections let through because they do not speak TLS")                   \
  X(kBadHello, "bad_hello", "connections reset because of a malformed ClientHello")                \
  X(kBypassed, "bypassed", "TLS connections let through by policy")                                \
  X(kDenied, "denied", "connections and datagrams refused by policy")                              \
  X(kDenialsNotTold, "denials_not_told", "of these, without an event: repeated, or too many")      \
  X(kUndecryptable, "undecryptable",                                                               \
    "TLS connections let through because they cannot be decrypted")                                \
  X(kExcluded, "excluded", "servers left alone from then on because they proved undecryptable")    \
  X(kClosedByPolicy, "closed_by_policy",                                                           \
    "live connections closed because a new policy says otherwise")                                 \
  X(kRulesFailed, "rules_failed",                                                                  \
    "times that the card did not take the rules of a new time of day")                             \
  X(kTakeovers, "takeovers", "connections taken over by the kernel")                               \
  X(kTakeoversFailed, "takeovers_failed", "connections that could not be taken over")              \
  X(kHandshakesCompleted, "handshakes_completed", "both legs established")                         \
  X(kHandshakesFailed, "handshakes_failed", "aborted before both legs were established")           \
  X(kShownUntrusted, "shown_untrusted", "untrusted servers shown to the client as that")           \
  X(kResumedUpstream, "resumed_upstream", "server legs that resumed an earlier session")           \
  X(kHandovers, "handovers", "connections handed to the card")                                     \
  X(kHandoversRetried, "handovers_retried", "attempts given up for now")                           \
  X(kHandoversFailed, "handovers_failed", "connections relayed because no attempt succeeded")      \
  X(kKeyUpdates, "key_updates", "record key generations installed after a KeyUpdate")              \
  X(kHttpTransactions, "http_transactions", "HTTP transactions of decrypted connections")          \
  X(kHttpDenied, "http_denied", "decrypted connections ended by an access rule on their content")  \
  X(kTapsLost, "taps_lost", "spliced connections of which the card's tap lost plaintext")          \
  X(kNotHttp, "not_http", "decrypted connections that carry something else than HTTP")             \
  X(kInspectionsStopped, "inspections_stopped", "decrypted connections not followed to their end") \
  X(kInjectFull, "inject_full", "frames lost because the card's inject ring was full")

#define VITRINE_COUNT_ENTRY(name, counter, text) name,
enum class Count : uint8_t { VITRINE_SESSION_COUNTS(VITRINE_COUNT_ENTRY) kEnd };
#undef VITRINE_COUNT_ENTRY

class Totals {
 public:
  void add(Count count) { ++counts_[static_cast<size_t>(count)]; }
  uint64_t get(Count count) const { return counts_[static_cast<size_t>(count)]; }
  // A connection that stays on the host, and why.
  void add_relay(const std::string& reason);

  std::vector<api::NamedCount> counts() const;
  std::vector<api::NamedCount> relay_reasons() const;

 private:
  static constexpr size_t kMaxReasons = 64;
  std::array<uint64_t, static_cast<size_t>(Count::kEnd)> counts_{};
  std::map<std::string, uint64_t> relay_reasons_;
};

}  // namespace vitrine::session
