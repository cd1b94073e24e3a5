#include "policy/compile/review.h"

#include <algorithm>
#include <optional>
#include <set>

#include "policy/compile/box.h"

namespace vitrine::policy {
namespace {

constexpr size_t kMaxPairs = 60'000'000;   // of rules compared, a list
constexpr size_t kMaxPatternPairs = 4096;  // of domain patterns compared, a pair of rules
constexpr size_t kMaxPieces = 128;         // into which a rule is cut to find it hidden by several
constexpr size_t kMaxForUnion = 2000;      // rules of a list for which that is tried

struct Seen {
  const Conditions* when;
  uint8_t outcome;
  const std::string* name;
  Mark mark;
  Box box;
};

using Lists = std::vector<uint32_t>;

class ListReview {
 public:
  ListReview(const Rulebook& book, const std::string& file, std::string list,
             std::vector<Seen> rules, std::vector<Diagnostic>& out)
      : book_(book), file_(file), list_(std::move(list)), rules_(std::move(rules)), out_(out) {}

  void run() {
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (!hidden(i)) {
        find_redundant(i);
      }
    }
    conflicts();
  }

 private:
  bool names_cover(const Lists& wide, const Lists& narrow) const;
  bool names_meet(const Lists& a, const Lists& b) const;
  bool rest_covers(const Conditions& wide, const Conditions& narrow) const;
  bool covers(const Seen& wide, const Seen& narrow) const {
    return wide.box.covers(narrow.box) && rest_covers(*wide.when, *narrow.when);
  }
  bool meets(const Seen& a, const Seen& b) const;
  bool hidden(size_t rule);
  bool hidden_by_several(size_t rule);
  void find_redundant(size_t rule);
  void conflicts();
  void report(Severity severity, const char* code, const Seen& rule, const std::string& message,
              const std::string& fix) {
    out_.push_back(
        {severity, file_, rule.mark, code, list_ + " rule '" + *rule.name + "' " + message, fix});
  }
  std::string name_of(size_t rule) const {
    return "'" + *rules_[rule].name + "' (line " + std::to_string(rules_[rule].mark.line) + ")";
  }

  const Rulebook& book_;
  const std::string& file_;
  const std::string list_;
  const std::vector<Seen> rules_;
  std::vector<Diagnostic>& out_;
  std::set<size_t> hidden_;
};

bool ListReview::names_cover(const Lists& wide, const Lists& narrow) const {
  size_t pairs = 0;
  return std::all_of(narrow.begin(), narrow.end(), [&](uint32_t list) {
    if (std::find(wide.begin(), wide.end(), list) != wide.end()) {
      return true;
    }
    const auto& patterns = book_.domain_lists[list].patterns;
    return std::all_of(patterns.begin(), patterns.end(), [&](const DomainPattern& pattern) {
      return std::any_of(wide.begin(), wide.end(), [&](uint32_t other) {
        const auto& others = book_.domain_lists[other].patterns;
        pairs += others.size();
        return pairs <= kMaxPatternPairs &&
               std::any_of(others.begin(), others.end(),
                           [&](const DomainPattern& over) { return over.covers(pattern); });
      });
    });
  });
}

// True where it is not known.
bool ListReview::names_meet(const Lists& a, const Lists& b) const {
  if (a.empty() || b.empty()) {
    return true;
  }
  size_t pairs = 0;
  for (const uint32_t left : a) {
    for (const uint32_t right : b) {
      for (const DomainPattern& one : book_.domain_lists[left].patterns) {
        for (const DomainPattern& other : book_.domain_lists[right].patterns) {
          if (++pairs > kMaxPatternPairs || one.covers(other) || other.covers(one)) {
            return true;
          }
        }
      }
    }
  }
  return false;
}

bool ListReview::rest_covers(const Conditions& wide, const Conditions& narrow) const {
  if (wide.schedule && wide.schedule != narrow.schedule) {
    return false;
  }
  if (!wide.domains.empty() &&
      (narrow.domains.empty() || !names_cover(wide.domains, narrow.domains))) {
    return false;
  }
  if (wide.tls_versions != 0 &&
      (narrow.tls_versions == 0 || (narrow.tls_versions & ~wide.tls_versions) != 0)) {
    return false;
  }
  if (wide.certificate.asked() && !(wide.certificate == narrow.certificate)) {
    return false;
  }
  if (!wide.http.asked()) {
    return true;
  }
  const HttpCondition& a = wide.http;
  const HttpCondition& b = narrow.http;
  return (a.hosts.empty() || (!b.hosts.empty() && names_cover(a.hosts, b.hosts))) &&
         (a.methods.empty() || a.methods == b.methods) && (a.paths.empty() || a.paths == b.paths) &&
         (a.content_types.empty() || a.content_types == b.content_types);
}

bool ListReview::meets(const Seen& a, const Seen& b) const {
  const auto apart = [](unsigned left, unsigned right) {
    return left != 0 && right != 0 && (left & right) == 0;
  };
  const bool zones = (a.box.zones & b.box.zones) != 0;
  return zones && a.box.meets(b.box) && !apart(a.when->tls_versions, b.when->tls_versions) &&
         !apart(a.when->certificate.states, b.when->certificate.states) &&
         names_meet(a.when->domains, b.when->domains);
}

// What of `box` is not in `other`, as disjoint boxes; nullopt where VLANs do not allow it.
std::optional<std::vector<Box>> without(Box box, const Box& other) {
  if (other.vlans && !other.covers([&] {
        Box same = other;
        same.vlans = box.vlans;
        return same;
      }())) {
    return std::nullopt;
  }
  std::vector<Box> pieces;
  const auto keep = [&](auto member) {
    Box piece = box;
    piece.*member = box.*member & ~(other.*member);
    box.*member = box.*member & other.*member;
    if (!piece.empty()) {
      pieces.push_back(std::move(piece));
    }
  };
  Box elsewhere = box;
  elsewhere.zones = box.zones & static_cast<uint8_t>(~other.zones);
  box.zones &= other.zones;
  if (!elsewhere.empty()) {
    pieces.push_back(std::move(elsewhere));
  }
  keep(&Box::destination);
  keep(&Box::source);
  keep(&Box::to);
  return pieces;
}

bool ListReview::hidden_by_several(size_t rule) {
  const Seen& seen = rules_[rule];
  std::vector<Box> left{seen.box};
  std::vector<size_t> by;
  bool same_outcome = true;
  for (size_t i = 0; i < rule && !left.empty(); ++i) {
    if (!rest_covers(*rules_[i].when, *seen.when) || !rules_[i].box.meets(seen.box)) {
      continue;
    }
    std::vector<Box> next;
    bool took = false;
    for (Box& piece : left) {
      auto pieces = rules_[i].box.meets(piece) ? without(piece, rules_[i].box) : std::nullopt;
      if (!pieces) {
        next.push_back(std::move(piece));
        continue;
      }
      took = true;
      std::move(pieces->begin(), pieces->end(), std::back_inserter(next));
    }
    left = std::move(next);
    if (took) {
      by.push_back(i);
      same_outcome = same_outcome && rules_[i].outcome == seen.outcome;
    }
    if (left.size() > kMaxPieces) {
      return false;
    }
  }
  if (!left.empty() || by.empty()) {
    return false;
  }
  std::string names;
  for (const size_t i : by) {
    names += (names.empty() ? "" : ", ") + name_of(i);
  }
  report(Severity::kWarning, same_outcome ? "redundant-rule" : "shadowed-rule", seen,
         "never decides: the rules " + names + " together take all that it asks for",
         "remove it, or move it above them");
  return true;
}

bool ListReview::hidden(size_t rule) {
  const Seen& seen = rules_[rule];
  for (size_t i = 0; i < rule; ++i) {
    if (!covers(rules_[i], seen)) {
      continue;
    }
    hidden_.insert(rule);
    const bool same = rules_[i].outcome == seen.outcome;
    report(
        Severity::kWarning, same ? "redundant-rule" : "shadowed-rule", seen,
        same
            ? "is redundant: " + name_of(i) + " above takes all that it asks for and does the same"
            : "is shadowed: " + name_of(i) + " above takes all that it asks for and does otherwise",
        same ? "remove it" : "move it above '" + *rules_[i].name + "', or remove it");
    return true;
  }
  if (rules_.size() <= kMaxForUnion && hidden_by_several(rule)) {
    hidden_.insert(rule);
    return true;
  }
  return false;
}

// A rule below does the same for all of its packets, and none in between does otherwise.
void ListReview::find_redundant(size_t rule) {
  const Seen& seen = rules_[rule];
  for (size_t i = rule + 1; i < rules_.size(); ++i) {
    if (!rules_[i].box.meets(seen.box)) {
      continue;
    }
    if (rules_[i].outcome != seen.outcome) {
      if (meets(rules_[i], seen)) {
        return;
      }
      continue;
    }
    if (covers(rules_[i], seen)) {
      report(Severity::kWarning, "redundant-rule", seen,
             "is redundant: " + name_of(i) + " below does the same for all that it asks for",
             "remove it");
      hidden_.insert(rule);
      return;
    }
  }
}

void ListReview::conflicts() {
  size_t found = 0;
  size_t pairs = 0;
  for (size_t i = 0; i < rules_.size(); ++i) {
    for (size_t j = i + 1; j < rules_.size(); ++j) {
      if (++pairs > kMaxPairs) {
        return;
      }
      if (rules_[i].outcome == rules_[j].outcome || !meets(rules_[i], rules_[j]) ||
          covers(rules_[j], rules_[i]) || hidden_.count(i) > 0 || hidden_.count(j) > 0) {
        continue;
      }
      if (++found <= kMaxConflicts) {
        report(Severity::kNote, "conflicting-rules", rules_[j],
               "and " + name_of(i) + " above share connections and differ in what they do",
               "nothing to do where the upper one is meant to win; else exchange them");
      }
    }
  }
  if (found > kMaxConflicts) {
    out_.back().message += ", as do " + std::to_string(found - kMaxConflicts) + " more pairs";
  }
}

template <typename Rule, typename OutcomeOf>
std::vector<Seen> seen_of(const std::vector<Rule>& rules, const std::vector<AddressSet>& subjects,
                          bool tcp_only, const OutcomeOf& outcome_of) {
  std::vector<Seen> seen;
  for (const Rule& rule : rules) {
    Box box = box_of(rule.when, subjects);
    if (tcp_only) {
      box.to = box.to & ServiceSet({protocol_range(kTcp)});
    }
    seen.push_back({&rule.when, outcome_of(rule), &rule.name, rule.mark, std::move(box)});
  }
  return seen;
}

}  // namespace

std::vector<Diagnostic> review(const Rulebook& book, const std::string& file) {
  std::vector<Diagnostic> out;
  const auto subjects = book.subject_addresses();
  ListReview(book, file, "decryption",
             seen_of(book.decryption, subjects, true,
                     [](const DecryptionRule& rule) { return rule.outcome.code(); }),
             out)
      .run();
  ListReview(book, file, "access",
             seen_of(book.access, subjects, false,
                     [](const AccessRule& rule) { return static_cast<uint8_t>(rule.action); }),
             out)
      .run();
  const bool decrypts = std::any_of(
      book.decryption.begin(), book.decryption.end(),
      [](const DecryptionRule& rule) { return rule.outcome.action == DecryptAction::kDecrypt; });
  for (const AccessRule& rule : book.access) {
    if (rule.when.http.asked() && !decrypts) {
      out.push_back(
          {Severity::kWarning, file, rule.mark, "needs-decryption",
           "access rule '" + rule.name + "' asks for HTTP, which only decrypted connections show",
           "add a decryption rule with 'action: decrypt'"});
    }
  }
  std::set<std::string> used;
  for (const Reference& reference : book.references) {
    used.insert(reference.object);
  }
  for (const NamedObject& object : book.objects) {
    if (used.count(object.name) == 0 && object.kind != "user") {
      out.push_back({Severity::kNote, file, object.mark, "unused-object",
                     "the " + object.kind + " '" + object.name + "' is used by nothing",
                     "remove it"});
    }
  }
  return out;
}

}  // namespace vitrine::policy
