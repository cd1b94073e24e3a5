// Certificate policies: RFC 5280 section 6.1 with the policy graph of RFC 9618 in place of the
// tree.
//
// A level of the graph has at most one node a policy, so its size is bounded by what the
// certificates themselves list: no product of mappings, no exponential growth.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "host/trust/path.h"

namespace vitrine::trust {

constexpr const char* kAnyPolicy = "2.5.29.32.0";

// The state of section 6.1.2 (a), (d) to (f) while it walks from below the anchor to the leaf.
class PolicyGraph {
 public:
  // `path_length`: certificates below the anchor.
  PolicyGraph(const PolicySettings& settings, size_t path_length);

  // One certificate, the anchor's own subject first. False: the path is not acceptable.
  bool add(const Facts& facts, bool last);
  // Section 6.1.5 (a), (b), (g). REQUIRES: every certificate was added.
  bool accepts() const;

 private:
  struct Node {
    std::set<std::string> parents;   // valid policies of the level before
    std::set<std::string> expected;  // expected_policy_set
  };
  using Level = std::map<std::string, Node>;  // by valid policy

  void add_policies(const Facts& facts, bool last);
  bool add_mappings(const Facts& facts);
  void prune();
  std::set<std::string> authority_constrained() const;

  const PolicySettings& settings_;
  std::vector<Level> levels_;  // empty: the graph is null
  size_t explicit_policy_;
  size_t inhibit_any_;
  size_t mapping_;
};

}  // namespace vitrine::trust
