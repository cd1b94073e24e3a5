// What the two rule lists together say of a connection, as soon as the facts allow.
//
// A list is decided where every way in which unknown facts may turn out leads to the same outcome:
// the first rule that is true decides, unless an unknown rule above it has another outcome. Unknown
// rules are taken to be independent of each other, so a decision may wait for a fact that could not
// change it; it is never taken too early.
//
//   1. access denies            -> deny          (deny wins over all)
//   2. decryption says block    -> deny
//   3. do not decrypt           -> access again, what certificate and HTTP have not told yet, they
//   never will
//   4. decrypt                  -> decrypt; access may go on waiting, for the request or the
//   response
//   5. otherwise                -> need more
//
// Without a rule that matches, decryption says do not decrypt and access allows.  Protocols other
// than TCP have no decryption; UDP/443 is judged by `quic` after access.
#pragma once

#include <cstddef>
#include <cstdint>

#include "policy/eval/match.h"

namespace vitrine::policy {

constexpr size_t kNoRule = ~size_t{0};

struct ListAnswer {
  bool decided = true;
  uint8_t outcome = 0;               // DecryptOutcome::code() or AccessAction
  size_t rule = kNoRule;             // decided: the first that is true; else the first unknown one
  Stage needs = Stage::kConnection;  // not decided: what may tell more
  bool operator==(const ListAnswer&) const = default;
};

enum class Ruling : uint8_t { kNeedMore, kDoNotDecrypt, kDecrypt, kDeny };
const char* ruling_name(Ruling ruling);

enum class DecidedBy : uint8_t { kDecryption, kAccess, kQuic };

struct Decided {
  Ruling ruling = Ruling::kNeedMore;
  DecidedBy by = DecidedBy::kDecryption;
  size_t rule = kNoRule;             // of that list; kNoRule: its default
  Stage needs = Stage::kConnection;  // need more: what for
  DecryptOutcome decrypt;            // decrypt: how
  ListAnswer access;                 // decrypt: decided, or waiting
  bool operator==(const Decided&) const = default;
};

DecryptOutcome decrypt_outcome(uint8_t code);

namespace detail {

// `decryption` and `access`: (Prepared, Knowledge) -> ListAnswer.
template <typename Decryption, typename Access>
Decided decide_tcp(const Prepared& prepared, const Knowledge& known, const Decryption& decryption,
                   const Access& access) {
  Decided out;
  out.access = access(prepared, known);
  const auto is_deny = [](const ListAnswer& answer) {
    return answer.decided && answer.outcome == static_cast<uint8_t>(AccessAction::kDeny);
  };
  const auto deny = [&](DecidedBy by, size_t rule) {
    out.ruling = Ruling::kDeny;
    out.by = by;
    out.rule = rule;
    return out;
  };
  if (is_deny(out.access)) {
    return deny(DecidedBy::kAccess, out.access.rule);
  }
  const ListAnswer decrypt = decryption(prepared, known);
  out.rule = decrypt.rule;
  if (!decrypt.decided) {
    out.needs = decrypt.needs;
    return out;
  }
  out.decrypt = decrypt_outcome(decrypt.outcome);
  switch (out.decrypt.action) {
    case DecryptAction::kBlock:
      return deny(DecidedBy::kDecryption, decrypt.rule);
    case DecryptAction::kDecrypt:
      out.ruling = Ruling::kDecrypt;
      return out;
    case DecryptAction::kDoNotDecrypt:
      break;
  }
  out.access = access(prepared, known.undecrypted());
  if (is_deny(out.access)) {
    return deny(DecidedBy::kAccess, out.access.rule);
  }
  if (!out.access.decided) {
    out.by = DecidedBy::kAccess;
    out.rule = out.access.rule;
    out.needs = out.access.needs;
    return out;
  }
  out.ruling = Ruling::kDoNotDecrypt;
  return out;
}

template <typename Decryption, typename Access>
Decided decide_other(QuicMode quic, const Prepared& prepared, const Decryption& decryption,
                     const Access& access) {
  Decided out;
  out.access = access(prepared, Knowledge::never());
  out.by = DecidedBy::kAccess;
  out.rule = out.access.rule;
  out.ruling = out.access.outcome == static_cast<uint8_t>(AccessAction::kDeny)
                   ? Ruling::kDeny
                   : Ruling::kDoNotDecrypt;
  if (out.ruling == Ruling::kDeny || prepared.service != service_key(kUdp, kHttps) ||
      quic == QuicMode::kAllow) {
    return out;
  }
  Prepared twin = prepared;
  twin.service = service_key(kTcp, kHttps);
  if (quic == QuicMode::kBlockAll ||
      decide_tcp(twin, Knowledge{}, decryption, access).ruling != Ruling::kDoNotDecrypt) {
    out.ruling = Ruling::kDeny;
    out.by = DecidedBy::kQuic;
    out.rule = kNoRule;
  }
  return out;
}

}  // namespace detail

template <typename Decryption, typename Access>
Decided decide_by_lists(QuicMode quic, const Facts& facts, const Prepared& prepared,
                        const Decryption& decryption, const Access& access) {
  return facts.key.protocol == kTcp ? detail::decide_tcp(prepared, facts.known, decryption, access)
                                    : detail::decide_other(quic, prepared, decryption, access);
}

}  // namespace vitrine::policy
