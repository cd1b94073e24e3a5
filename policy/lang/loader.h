// The stages of load_rulebook(), sharing what is known so far.  Internal to policy/lang.
//
//   1. objects: networks, services, categories, users, groups, schedules     (load.cpp)
//   2. rules: identity, decryption, access                                    (load_rules.cpp)
//   3. conditions of a rule                                                   (load_conditions.cpp)
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "policy/lang/load.h"
#include "policy/lang/named_sets.h"

namespace vitrine::policy {

struct SubjectSpace {
  using Key = uint32_t;
  static constexpr Key kFirst = 0;
  static constexpr Key kLast = 0xffffffff;
  static Key next(Key key) { return key + 1; }
  static Key previous(Key key) { return key - 1; }
};
using SubjectSet = IntervalSet<SubjectSpace>;

class Loader {
 public:
  Loader(const std::string& file, const FileReader& read_file);
  Loaded load(std::string_view text);

 private:
  // load.cpp
  void read_root(const Node& root);
  void read_categories(const Node& node);
  void read_users(const Node& node);
  void read_schedules(const Node& node);
  void read_windows(const Node& node, Schedule& schedule);
  void read_undecryptable(const Node& node);
  uint32_t subject(Subject::Kind kind, const std::string& name);
  std::optional<uint32_t> find_subject(Subject::Kind kind, const std::string& name) const;
  std::optional<std::string> side_file(const Node& node, std::string_view what);

  // load_rules.cpp
  using RuleReader = void (Loader::*)(const Node&);
  void each_rule(const Node* list, const std::string& what, RuleReader read);
  // The rule's name, unique in its list; notes it in what_.
  std::string begin_rule(const MapReader& map, const std::string& list);
  bool enabled(const MapReader& map);
  void read_identity(const Node& node);
  void read_table(const Node& node, IdentityRule& rule);
  void read_decryption(const Node& node);
  void read_access(const Node& node);

  // load_conditions.cpp
  Conditions read_conditions(const MapReader& map, bool with_http);
  void read_vlans(const Node& node, Conditions& when);
  void read_subjects(const MapReader& map, Conditions& when);
  void read_domains(const Node* patterns, const Node* categories, std::vector<uint32_t>& lists);
  void read_tls(const Node& node, Conditions& when);
  void read_certificate(const Node& node, CertificateCondition& condition);
  void read_http(const Node& node, HttpCondition& condition);
  void read_globs(const Node& node, const std::string& what, bool lower,
                  std::vector<std::string>& globs);

  Problems problems_;
  const FileReader& read_file_;
  std::shared_ptr<Rulebook> book_ = std::make_shared<Rulebook>();
  NamedSets<AddressSet> networks_;
  NamedSets<ServiceSet> services_;
  NamedSets<SubjectSet> groups_;
  std::map<std::pair<Subject::Kind, std::string>, uint32_t> subject_ids_;
  std::map<std::string, uint32_t, std::less<>> category_ids_;
  std::map<std::string, uint32_t, std::less<>> schedule_ids_;
  std::set<std::string> rule_names_;  // of the list being read
  std::string what_;                  // the rule being read: "decryption rule 'bank'"
};

}  // namespace vitrine::policy
