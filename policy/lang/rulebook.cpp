#include "policy/lang/rulebook.h"

namespace vitrine::policy {

std::vector<Reference> Rulebook::used_by(std::string_view object) const {
  std::vector<Reference> users;
  for (const Reference& reference : references) {
    if (reference.object == object) {
      users.push_back(reference);
    }
  }
  return users;
}

uint64_t Rulebook::active_schedules(int64_t wall_ms) const {
  const int minute = minute_of_week(wall_ms);
  uint64_t active = 0;
  for (size_t i = 0; i < schedules.size(); ++i) {
    active |= uint64_t{schedules[i].active(minute)} << i;
  }
  return active;
}

std::vector<AddressSet> Rulebook::subject_addresses() const {
  std::vector<std::vector<AddressRange>> ranges(subjects.size());
  AddressSet left = AddressSet::all();  // what no earlier rule has identified
  const auto give = [&](uint32_t subject, const AddressSet& to) {
    ranges[subject].insert(ranges[subject].end(), to.ranges().begin(), to.ranges().end());
  };
  for (const IdentityRule& rule : identity) {
    if (rule.subject) {
      give(*rule.subject, rule.source & left);
      left = left & ~rule.source;
      continue;
    }
    std::vector<AddressRange> known;
    for (const auto& [range, subject] : rule.table) {
      const AddressSet here = AddressSet({range}) & rule.source;
      give(subject, here & left);
      known.insert(known.end(), here.ranges().begin(), here.ranges().end());
    }
    left = left & ~AddressSet(std::move(known));
  }
  std::vector<AddressSet> sets;
  sets.reserve(ranges.size());
  for (auto& of : ranges) {
    sets.emplace_back(std::move(of));
  }
  return sets;
}

// Iterative with one point of return, so that no pattern takes exponential time.
bool glob_matches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

}  // namespace vitrine::policy
