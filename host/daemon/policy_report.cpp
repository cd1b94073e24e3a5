#include "host/daemon/policy_report.h"

#include "policy/eval/explain.h"

namespace vitrine::daemon {
namespace {

constexpr size_t kMaxElements = 8;

// The elements in words, the first few of them.
template <typename Set>
std::string words(const Set& set) {
  if (set == Set::all()) {
    return "any";
  }
  std::string text;
  size_t shown = 0;
  for (const auto& range : set.ranges()) {
    if (shown++ == kMaxElements) {
      return text + ", ...";
    }
    text += (text.empty() ? "" : ", ") + policy::to_string(range);
  }
  return text;
}

void add_condition(std::string& text, const std::string& condition) {
  text += (text.empty() ? "" : "; ") + condition;
}

std::string source_words(const policy::Rulebook& book, const policy::Conditions& when) {
  std::string text = words(when.source);
  if (when.asks_subject) {
    std::string who;
    for (const uint32_t subject : when.subjects) {
      who += (who.empty() ? "" : ", ") + book.subjects[subject].name;
    }
    add_condition(text, "who: " + who);
  }
  if (when.zones != policy::kAnyZone) {
    add_condition(text, when.zones == policy::kInsideBit ? "zone inside" : "zone outside");
  }
  return text;
}

std::string destination_words(const policy::Rulebook& book, const policy::Conditions& when) {
  std::string text = words(when.destination);
  size_t shown = 0;
  for (const uint32_t list : when.domains) {
    const policy::DomainList& domains = book.domain_lists[list];
    if (!domains.name.empty()) {
      add_condition(text, "category " + domains.name);
      continue;
    }
    for (const policy::DomainPattern& pattern : domains.patterns) {
      if (shown++ < kMaxElements) {
        add_condition(text, pattern.to_string());
      }
    }
  }
  for (const std::string& issuer : when.certificate.issuers) {
    add_condition(text, "issuer " + issuer);
  }
  if (!when.certificate.fingerprints.empty()) {
    add_condition(text, "certificate " + when.certificate.fingerprints.front());
  }
  if (when.certificate.states != 0) {
    add_condition(text, "certificate state");
  }
  if (when.http.asked()) {
    add_condition(text, "HTTP");
  }
  return text;
}

template <typename Rule>
void add_rows(const policy::Rulebook& book, const std::vector<Rule>& rules,
              std::vector<api::PolicyRule>& rows) {
  for (const Rule& rule : rules) {
    api::PolicyRule row;
    row.name = rule.name;
    row.source = source_words(book, rule.when);
    row.destination = destination_words(book, rule.when);
    row.service = words(rule.when.services);
    if constexpr (requires { rule.outcome; }) {
      row.action = policy::action_text(rule.outcome);
    } else {
      row.action = policy::action_text(rule.action);
    }
    rows.push_back(std::move(row));
  }
}

}  // namespace

api::PolicyReport policy_report(const session::ActivePolicy& active) {
  api::PolicyReport report;
  report.configuration_version = active.version;
  add_rows(active.book(), active.book().decryption, report.rules);
  add_rows(active.book(), active.book().access, report.rules);
  return report;
}

}  // namespace vitrine::daemon
