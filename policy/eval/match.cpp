#include "policy/eval/match.h"

#include <algorithm>

namespace vitrine::policy {
namespace {

constexpr Match kHolds{};
constexpr Match fails(Condition condition) {
  return {Truth::kFalse, Stage::kConnection, condition};
}
constexpr Match waits(Stage stage, Condition condition) {
  return {Truth::kUnknown, stage, condition};
}

bool in_lists(const Rulebook& book, const std::vector<uint32_t>& lists, const std::string& host) {
  return std::any_of(lists.begin(), lists.end(), [&](uint32_t list) {
    const auto& patterns = book.domain_lists[list].patterns;
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const DomainPattern& pattern) { return pattern.matches(host); });
  });
}

bool any_glob(const std::vector<std::string>& globs, const std::string& text) {
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
           return glob_matches(glob, text);
         });
}

Match match_connection(const Conditions& when, const Facts& facts, const Prepared& prepared) {
  if ((when.zones & zone_bit(facts.key.ingress)) == 0) {
    return fails(Condition::kZone);
  }
  if (!when.vlans.empty() &&
      std::find(when.vlans.begin(), when.vlans.end(), facts.key.vlan) == when.vlans.end()) {
    return fails(Condition::kVlan);
  }
  if (!when.source.contains(prepared.source)) {
    return fails(Condition::kSource);
  }
  if (!when.destination.contains(prepared.destination)) {
    return fails(Condition::kDestination);
  }
  if (!when.services.contains(prepared.service)) {
    return fails(Condition::kService);
  }
  if (when.asks_subject &&
      (!prepared.subject ||
       !std::binary_search(when.subjects.begin(), when.subjects.end(), *prepared.subject))) {
    return fails(Condition::kSubject);
  }
  if (when.schedule && (prepared.schedules >> *when.schedule & 1) == 0) {
    return fails(Condition::kTime);
  }
  return kHolds;
}

Match match_hello(const Rulebook& book, const Conditions& when, const Facts& facts, Known known) {
  if (!when.asks_hello()) {
    return kHolds;
  }
  const Condition first = when.domains.empty() ? Condition::kTlsVersion : Condition::kServerName;
  if (known == Known::kPending) {
    return waits(Stage::kHello, first);
  }
  if (known == Known::kNever) {
    return fails(first);
  }
  if (!when.domains.empty() && !in_lists(book, when.domains, facts.server_name)) {
    return fails(Condition::kServerName);
  }
  if (when.tls_versions != 0 && (when.tls_versions & facts.tls_version) == 0) {
    return fails(Condition::kTlsVersion);
  }
  return kHolds;
}

Match match_certificate(const CertificateCondition& when, const Facts& facts, Known known) {
  if (!when.asked()) {
    return kHolds;
  }
  if (known != Known::kYes) {
    return known == Known::kPending ? waits(Stage::kCertificate, Condition::kCertificate)
                                    : fails(Condition::kCertificate);
  }
  const bool print_fits =
      when.fingerprints.empty() || std::find(when.fingerprints.begin(), when.fingerprints.end(),
                                             facts.fingerprint) != when.fingerprints.end();
  const bool state_fits = when.states == 0 || (when.states & facts.certificate_state) != 0;
  return print_fits && state_fits && any_glob(when.issuers, facts.issuer)
             ? kHolds
             : fails(Condition::kCertificate);
}

Match match_http(const Rulebook& book, const HttpCondition& when, const Facts& facts, Known known) {
  if (!when.asked()) {
    return kHolds;
  }
  if (known != Known::kYes) {
    return known == Known::kPending ? waits(Stage::kRequest, Condition::kHttp)
                                    : fails(Condition::kHttp);
  }
  const bool method_fits =
      when.methods.empty() ||
      std::find(when.methods.begin(), when.methods.end(), facts.http_method) != when.methods.end();
  if (!method_fits || !any_glob(when.paths, facts.http_path) ||
      (!when.hosts.empty() && !in_lists(book, when.hosts, facts.http_host))) {
    return fails(Condition::kHttp);
  }
  if (when.content_types.empty()) {
    return kHolds;
  }
  if (!facts.content_type) {
    return waits(Stage::kResponse, Condition::kHttp);
  }
  return any_glob(when.content_types, *facts.content_type) ? kHolds : fails(Condition::kHttp);
}

// The first false of them, else the first unknown.
Match both(const Match& first, const Match& second) {
  if (first.truth == Truth::kFalse || second.truth == Truth::kTrue) {
    return first;
  }
  return second.truth == Truth::kFalse || first.truth == Truth::kTrue ? second : first;
}

}  // namespace

const char* stage_name(Stage stage) {
  switch (stage) {
    case Stage::kConnection:
      return "connection";
    case Stage::kHello:
      return "hello";
    case Stage::kCertificate:
      return "certificate";
    case Stage::kRequest:
      return "request";
    case Stage::kResponse:
      return "response";
  }
  return "connection";
}

std::optional<Identified> identify(const Rulebook& book, const AddressKey& source) {
  for (size_t i = 0; i < book.identity.size(); ++i) {
    const IdentityRule& rule = book.identity[i];
    if (!rule.source.contains(source)) {
      continue;
    }
    if (rule.subject) {
      return Identified{*rule.subject, i};
    }
    const auto it = std::lower_bound(
        rule.table.begin(), rule.table.end(), source,
        [](const auto& entry, const AddressKey& key) { return entry.first.last < key; });
    if (it != rule.table.end() && it->first.contains(source)) {
      return Identified{it->second, i};
    }
  }
  return std::nullopt;
}

Prepared prepare(const Rulebook& book, const Facts& facts) {
  Prepared prepared;
  prepared.source = AddressKey::from(facts.key.source);
  prepared.destination = AddressKey::from(facts.key.destination);
  prepared.service = service_key(facts.key.protocol, facts.key.destination_port);
  prepared.schedules = book.active_schedules(facts.wall_ms);
  const auto identified = identify(book, prepared.source);
  if (identified) {
    prepared.subject = identified->subject;
  }
  return prepared;
}

Match match_late(const Rulebook& book, const Conditions& when, const Facts& facts,
                 const Knowledge& known) {
  return both(match_certificate(when.certificate, facts, known.certificate),
              match_http(book, when.http, facts, known.http));
}

Match match(const Rulebook& book, const Conditions& when, const Facts& facts,
            const Prepared& prepared, const Knowledge& known) {
  const Match connection = match_connection(when, facts, prepared);
  if (connection.truth == Truth::kFalse) {
    return connection;
  }
  return both(match_hello(book, when, facts, known.hello), match_late(book, when, facts, known));
}

}  // namespace vitrine::policy
