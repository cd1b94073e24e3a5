// The letters in comments are those of RFC 5280 section 6.1 and RFC 9618 section 5.
#include "host/trust/policy_graph.h"

#include <algorithm>

#include "host/trust/checks.h"

namespace vitrine::trust {

PolicyGraph::PolicyGraph(const PolicySettings& settings, size_t path_length)
    : settings_(settings),
      levels_{{{kAnyPolicy, {{}, {kAnyPolicy}}}}},
      explicit_policy_(settings.require_explicit ? 0 : path_length + 1),
      inhibit_any_(settings.inhibit_any ? 0 : path_length + 1),
      mapping_(settings.inhibit_mapping ? 0 : path_length + 1) {}

bool PolicyGraph::add(const Facts& facts, bool last) {
  if (!facts.policy.policies) {
    levels_.clear();  // 6.1.3 (e)
  } else if (!levels_.empty()) {
    add_policies(facts, last);  // 6.1.3 (d)
  }
  if (explicit_policy_ == 0 && levels_.empty()) {
    return false;  // 6.1.3 (f)
  }
  const auto limit = [](size_t& counter, const std::optional<uint32_t>& value) {
    counter = std::min(counter, size_t{value.value_or(UINT32_MAX)});
  };
  if (last) {  // 6.1.5 (a), (b)
    explicit_policy_ -= explicit_policy_ > 0 ? 1 : 0;
    if (facts.policy.require_explicit == 0U) {
      explicit_policy_ = 0;
    }
    return true;
  }
  if (!add_mappings(facts)) {
    return false;  // 6.1.4 (a)
  }
  if (!facts.self_issued) {  // 6.1.4 (h)
    for (size_t* counter : {&explicit_policy_, &mapping_, &inhibit_any_}) {
      *counter -= *counter > 0 ? 1 : 0;
    }
  }
  limit(explicit_policy_, facts.policy.require_explicit);  // 6.1.4 (i), (j)
  limit(mapping_, facts.policy.inhibit_mapping);
  limit(inhibit_any_, facts.policy.inhibit_any);
  return true;
}

void PolicyGraph::add_policies(const Facts& facts, bool last) {
  const Level& above = levels_.back();
  // Which nodes above expect a policy.
  std::map<std::string, std::set<std::string>> expecting;
  for (const auto& [policy, node] : above) {
    for (const std::string& expected : node.expected) {
      expecting[expected].insert(policy);
    }
  }
  Level level;
  bool any = false;
  for (const std::string& policy : *facts.policy.policies) {
    if (policy == kAnyPolicy) {
      any = inhibit_any_ > 0 || (!last && facts.self_issued);
      continue;
    }
    if (const auto parents = expecting.find(policy); parents != expecting.end()) {
      level[policy] = {parents->second, {policy}};  // (d)(1)(i)
    } else if (above.contains(kAnyPolicy)) {
      level[policy] = {{kAnyPolicy}, {policy}};  // (d)(1)(ii)
    }
  }
  if (any) {  // (d)(2)
    for (const auto& [policy, parents] : expecting) {
      if (!level.contains(policy)) {
        level[policy] = {parents, {policy}};
      }
    }
  }
  levels_.push_back(std::move(level));
  prune();  // (d)(3)
}

bool PolicyGraph::add_mappings(const Facts& facts) {
  std::map<std::string, std::set<std::string>> mapped;
  for (const auto& [from, to] : facts.policy.mappings) {
    if (from == kAnyPolicy || to == kAnyPolicy) {
      return false;
    }
    mapped[from].insert(to);
  }
  if (levels_.size() < 2) {
    return true;
  }
  for (const auto& [from, to] : mapped) {
    Level& level = levels_.back();
    const auto node = level.find(from);
    if (mapping_ == 0) {  // (b)(2)
      level.erase(from);
    } else if (node != level.end()) {  // (b)(1)
      node->second.expected = to;
    } else if (level.contains(kAnyPolicy)) {
      level[from] = {{kAnyPolicy}, to};
    }
  }
  prune();
  return true;
}

// Nodes without children go, from the last level upwards.
void PolicyGraph::prune() {
  for (size_t i = levels_.size(); i-- > 1;) {
    std::set<std::string> wanted;
    for (const auto& [policy, node] : levels_[i]) {
      wanted.insert(node.parents.begin(), node.parents.end());
    }
    std::erase_if(levels_[i - 1], [&](const auto& node) { return !wanted.contains(node.first); });
  }
  if (levels_.front().empty() || levels_.back().empty()) {
    levels_.clear();
  }
}

// RFC 9618 section 5.6: policies that some node has directly below an anyPolicy node, as the
// authority of the path's beginning knows them.
std::set<std::string> PolicyGraph::authority_constrained() const {
  std::set<std::string> policies;
  for (size_t i = 1; i < levels_.size(); ++i) {
    for (const auto& [policy, node] : levels_[i]) {
      if (policy != kAnyPolicy && node.parents.contains(kAnyPolicy)) {
        policies.insert(policy);
      }
    }
  }
  if (!levels_.empty() && levels_.back().contains(kAnyPolicy)) {
    policies.insert(kAnyPolicy);
  }
  return policies;
}

bool PolicyGraph::accepts() const {
  if (explicit_policy_ > 0) {
    return true;
  }
  if (levels_.empty()) {
    return false;
  }
  if (settings_.initial_policies.empty() || settings_.initial_policies.contains(kAnyPolicy)) {
    return true;
  }
  const std::set<std::string> valid = authority_constrained();
  return valid.contains(kAnyPolicy) ||
         std::any_of(valid.begin(), valid.end(), [this](const std::string& policy) {
           return settings_.initial_policies.contains(policy);
         });
}

Outcome check_policies(const Path& path, size_t /*depth*/) {
  static const PolicySettings defaults;
  const size_t length = path.size() - 1;  // the anchor is not part of it
  PolicyGraph graph(path.policy != nullptr ? *path.policy : defaults, length);
  for (size_t depth = length; depth-- > 0;) {
    if (!graph.add(path.at(depth), depth == 0)) {
      return Finding{X509_V_ERR_INVALID_POLICY_EXTENSION, depth,
                     "no valid policy is left, or anyPolicy is mapped"};
    }
  }
  if (length > 0 && !graph.accepts()) {
    return Finding{X509_V_ERR_NO_EXPLICIT_POLICY, 0, "an explicit policy is required"};
  }
  return std::nullopt;
}

}  // namespace vitrine::trust
