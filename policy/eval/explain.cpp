#include "policy/eval/explain.h"

#include "policy/eval/reference.h"

namespace vitrine::policy {
namespace {

std::string vlan_text(const card::VlanTags& tags) {
  if (tags.outer == card::VlanTags::kNone) {
    return "no VLAN";
  }
  return "VLAN " + std::to_string(tags.outer) +
         (tags.inner == card::VlanTags::kNone ? "" : "." + std::to_string(tags.inner));
}

// What the connection has where the condition asks for something.
std::string has_text(Condition condition, const Facts& facts, const Explanation& so_far) {
  switch (condition) {
    case Condition::kZone:
      return std::string("opened from ") +
             (facts.key.ingress == card::Port::kInside ? "inside" : "outside");
    case Condition::kVlan:
      return vlan_text(facts.key.vlan);
    case Condition::kSource:
      return "source " + facts.key.source.to_string();
    case Condition::kDestination:
      return "destination " + facts.key.destination.to_string();
    case Condition::kService: {
      const uint32_t service = service_key(facts.key.protocol, facts.key.destination_port);
      return "service " + to_string(ServiceRange{service, service});
    }
    case Condition::kSubject:
      return so_far.identity.empty() ? "nobody known" : so_far.identity;
    case Condition::kTime:
      return "the time of day";
    case Condition::kServerName:
      return facts.known.hello != Known::kYes ? "the server name"
             : facts.server_name.empty()      ? "no server name"
                                              : "server name " + facts.server_name;
    case Condition::kTlsVersion:
      return "the TLS version";
    case Condition::kCertificate:
      return "the server's certificate";
    case Condition::kHttp:
      return "the HTTP transaction";
  }
  return "";
}

bool is_never(Condition condition, const Knowledge& known) {
  switch (condition) {
    case Condition::kServerName:
    case Condition::kTlsVersion:
      return known.hello == Known::kNever;
    case Condition::kCertificate:
      return known.certificate == Known::kNever;
    case Condition::kHttp:
      return known.http == Known::kNever;
    default:
      return false;
  }
}

std::string why_text(const Match& found, const Facts& facts, const Knowledge& known,
                     const Explanation& so_far) {
  const std::string has = has_text(found.condition, facts, so_far);
  switch (found.truth) {
    case Truth::kTrue:
      return "all of its conditions hold";
    case Truth::kUnknown:
      return has + " is not known yet (" + stage_name(found.needs) + ")";
    case Truth::kFalse:
      break;
  }
  return is_never(found.condition, known) ? has + " is not seen on this connection"
                                          : has + " is not what it asks for";
}

template <typename Rule, typename ActionOf>
void walk(const Rulebook& book, const std::vector<Rule>& rules, const std::string& list,
          const std::string& otherwise, const Facts& facts, const Knowledge& known,
          const ActionOf& action_of, Explanation& out) {
  const Prepared prepared = prepare(book, facts);
  for (const Rule& rule : rules) {
    const Match found = match(book, rule.when, facts, prepared, known);
    const bool decides = found.truth == Truth::kTrue;
    out.rules.push_back({list, rule.name, rule.mark.line, found.truth, decides, action_of(rule),
                         why_text(found, facts, known, out)});
    if (decides) {
      return;
    }
  }
  out.rules.push_back({list, "", 0, Truth::kTrue, true, otherwise, "no rule holds"});
}

}  // namespace

std::string action_text(const DecryptOutcome& outcome) {
  switch (outcome.action) {
    case DecryptAction::kDoNotDecrypt:
      return "do-not-decrypt";
    case DecryptAction::kBlock:
      return "block";
    case DecryptAction::kDecrypt:
      break;
  }
  std::string options;
  for (const auto& [set, name] :
       {std::pair{outcome.strict, "strict"}, std::pair{outcome.verdict, "verdict"},
        std::pair{outcome.resign_untrusted, "untrusted: resign"}}) {
    if (set) {
      options += (options.empty() ? "" : ", ") + std::string(name);
    }
  }
  return options.empty() ? "decrypt" : "decrypt (" + options + ")";
}

std::string action_text(AccessAction action) {
  return action == AccessAction::kAllow ? "allow" : "deny";
}

Explanation explain(const Rulebook& book, const Facts& facts) {
  Explanation out;
  out.decided = decide_reference(book, facts);
  if (const auto identified = identify(book, AddressKey::from(facts.key.source))) {
    const Subject& subject = book.subjects[identified->subject];
    out.identity = (subject.kind == Subject::Kind::kUser ? "user " : "group ") + subject.name +
                   ", by identity rule '" + book.identity[identified->rule].name + "'";
  }
  const bool tcp = facts.key.protocol == kTcp;
  Knowledge access_known = tcp ? facts.known : Knowledge::never();
  if (out.decided.ruling == Ruling::kDoNotDecrypt) {  // as decide_tcp() judges it the second time
    access_known = access_known.undecrypted();
  }
  walk(
      book, book.access, "access", "allow", facts, access_known,
      [](const AccessRule& rule) { return action_text(rule.action); }, out);
  if (tcp) {
    walk(
        book, book.decryption, "decryption", "do-not-decrypt", facts, facts.known,
        [](const DecryptionRule& rule) { return action_text(rule.outcome); }, out);
  }
  const Decided& decided = out.decided;
  if (decided.by == DecidedBy::kQuic) {
    out.rule = "quic";
  } else if (decided.rule == kNoRule) {
    out.rule = "(default)";
  } else {
    out.rule = decided.by == DecidedBy::kAccess ? book.access[decided.rule].name
                                                : book.decryption[decided.rule].name;
  }
  return out;
}

}  // namespace vitrine::policy
