// A policy as values: named objects resolved, three ordered rule lists, the first match wins.
//
// Built by load_rulebook() and never changed afterwards; shared by pointer between threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/card/types.h"
#include "policy/lang/address_set.h"
#include "policy/lang/diagnostic.h"
#include "policy/lang/domain.h"
#include "policy/lang/schedule.h"
#include "policy/lang/service_set.h"

namespace vitrine::policy {

// A user, or a group that a network stands for; `identity` rules give one to a source address.
struct Subject {
  enum class Kind : uint8_t { kUser, kGroup };
  Kind kind = Kind::kUser;
  std::string name;
  bool operator==(const Subject&) const = default;
};

struct IdentityRule {
  std::string name;
  Mark mark;
  AddressSet source = AddressSet::all();
  // Gives one subject, or the one that the table has for the address, if any.
  std::optional<uint32_t> subject;
  std::vector<std::pair<AddressRange, uint32_t>> table;  // sorted, disjoint
};

struct DomainList {
  std::string name;  // of the category, or "" for patterns written in a rule
  std::vector<DomainPattern> patterns;
};

// The client's highest version, as a bit mask.
enum TlsVersionBit : uint8_t { kTlsOlder = 1, kTls12Bit = 2, kTls13Bit = 4 };

// What verification said of the server's certificate; several may hold.
enum CertificateState : uint16_t {
  kCertificateValid = 1,
  kCertificateExpired = 2,
  kCertificateNotYetValid = 4,
  kCertificateSelfSigned = 8,
  kCertificateUntrusted = 16,
  kCertificateWrongName = 32,
  kCertificateRevoked = 64,
};
struct NamedBit {
  std::string_view name;
  uint16_t bit;
};
inline constexpr NamedBit kTlsVersionNames[] = {
    {"older", kTlsOlder}, {"1.2", kTls12Bit}, {"1.3", kTls13Bit}};
inline constexpr NamedBit kCertificateStateNames[] = {{"valid", kCertificateValid},
                                                      {"expired", kCertificateExpired},
                                                      {"not_yet_valid", kCertificateNotYetValid},
                                                      {"self_signed", kCertificateSelfSigned},
                                                      {"untrusted", kCertificateUntrusted},
                                                      {"wrong_name", kCertificateWrongName},
                                                      {"revoked", kCertificateRevoked}};

struct CertificateCondition {
  std::vector<std::string> issuers;       // globs over the issuer's one-line name, without case
  std::vector<std::string> fingerprints;  // SHA-256, lower-case hexadecimal
  uint16_t states = 0;                    // any of these; 0: not asked
  bool asked() const { return !issuers.empty() || !fingerprints.empty() || states != 0; }
  bool operator==(const CertificateCondition&) const = default;
};

struct HttpCondition {
  std::vector<uint32_t> hosts;             // indexes of Rulebook::domain_lists
  std::vector<std::string> methods;        // upper case
  std::vector<std::string> paths;          // globs, with case
  std::vector<std::string> content_types;  // globs, without case
  bool asked() const {
    return !hosts.empty() || !methods.empty() || !paths.empty() || !content_types.empty();
  }
  bool operator==(const HttpCondition&) const = default;
};

constexpr uint8_t kInsideBit = 1;
constexpr uint8_t kOutsideBit = 2;
constexpr uint8_t kAnyZone = 3;
constexpr uint8_t zone_bit(card::Port port) {
  return static_cast<uint8_t>(1U << static_cast<unsigned>(port));
}

// All of them must hold; an empty list, or none, asks nothing.
struct Conditions {
  uint8_t zones = kAnyZone;  // where the connection's opener is
  std::vector<card::VlanTags> vlans;
  AddressSet source = AddressSet::all();
  AddressSet destination = AddressSet::all();
  ServiceSet services = ServiceSet::all();
  bool asks_subject = false;
  std::vector<uint32_t> subjects;  // sorted; users of groups included
  std::optional<uint32_t> schedule;
  std::vector<uint32_t> domains;  // server name is in one of these lists
  uint8_t tls_versions = 0;
  CertificateCondition certificate;
  HttpCondition http;

  bool asks_hello() const { return !domains.empty() || tls_versions != 0; }
};

enum class DecryptAction : uint8_t { kDecrypt, kDoNotDecrypt, kBlock };
enum class AccessAction : uint8_t { kAllow, kDeny };

struct DecryptOutcome {
  DecryptAction action = DecryptAction::kDoNotDecrypt;
  bool strict = false;            // each record held whole until verified
  bool verdict = false;           // client-to-server records wait for the host's word
  bool resign_untrusted = false;  // forge with the untrusted CA instead of blocking
  bool operator==(const DecryptOutcome&) const = default;
  uint8_t code() const {
    return static_cast<uint8_t>(static_cast<unsigned>(action) | (strict ? 4U : 0U) |
                                (verdict ? 8U : 0U) | (resign_untrusted ? 16U : 0U));
  }
};

struct DecryptionRule {
  std::string name;
  Mark mark;
  Conditions when;
  DecryptOutcome outcome;
};

struct AccessRule {
  std::string name;
  Mark mark;
  Conditions when;
  AccessAction action = AccessAction::kAllow;
};

enum class QuicMode : uint8_t {
  kBlock,     // UDP/443 to what TCP/443 would not surely be bypassed for
  kBlockAll,  // UDP/443
  kAllow,
};

// What a commit does to connections that the new policy would treat otherwise than they are
// treated.
enum class LiveMode : uint8_t {
  kClose,  // both ends are reset; they may try again under the new policy
  kLeave,  // they go on as they were decided
};

enum class Undecryptable : uint8_t {
  kClientCertificate,
  kPinned,
  kUnsupportedVersion,
  kUnsupportedSuite,
  kEncryptedHello,
  kUnknownHello,
};
constexpr size_t kUndecryptableCauses = 6;
inline constexpr std::array<std::string_view, kUndecryptableCauses> kUndecryptableNames = {
    "client_certificate", "pinned", "unsupported_version",
    "unsupported_suite",  "ech",    "unknown_hello"};

struct UndecryptablePolicy {
  std::array<DecryptAction, kUndecryptableCauses> actions{
      DecryptAction::kBlock, DecryptAction::kBlock, DecryptAction::kBlock,
      DecryptAction::kBlock, DecryptAction::kBlock, DecryptAction::kDoNotDecrypt};
  uint32_t exclude_after = 3;      // failures of a host before it is excluded
  uint32_t exclude_for_s = 43200;  // then left alone that long
};

// Who names an object: for used-by checks.
struct Reference {
  std::string kind;    // "network", "service", "user", "user group", "category", "schedule"
  std::string object;  // its name
  std::string user;    // "decryption rule 'bank'", "network 'all-sites'"
  Mark mark;
};
struct NamedObject {
  std::string kind;
  std::string name;
  Mark mark;
};

struct Rulebook {
  std::vector<IdentityRule> identity;
  std::vector<DecryptionRule> decryption;
  std::vector<AccessRule> access;
  std::vector<Subject> subjects;
  std::vector<DomainList> domain_lists;
  std::vector<Schedule> schedules;
  QuicMode quic = QuicMode::kBlock;
  LiveMode live = LiveMode::kClose;
  UndecryptablePolicy undecryptable;
  std::vector<NamedObject> objects;
  std::vector<Reference> references;

  // Everyone who names the object.
  std::vector<Reference> used_by(std::string_view object) const;
  // Bit i: schedule i is active.  REQUIRES: at most 64 schedules, which the parser ensures.
  uint64_t active_schedules(int64_t wall_ms) const;
  // The source addresses to which identity gives the subject; in the subject's order.
  std::vector<AddressSet> subject_addresses() const;
};
constexpr size_t kMaxSchedules = 64;
constexpr size_t kMaxRulesOfList = 65'536;

// Wildcards: '*' any run of characters.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace vitrine::policy
