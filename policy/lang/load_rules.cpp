// The three rule lists.
#include <algorithm>

#include "policy/lang/loader.h"
#include "policy/lang/side_files.h"

namespace vitrine::policy {
namespace {

const std::vector<std::string_view> kConditionKeys = {
    "zone",  "vlan", "source",   "destination", "service",     "user",
    "group", "sni",  "category", "tls",         "certificate", "time"};

std::vector<std::string_view> with(std::vector<std::string_view> keys) {
  keys.insert(keys.end(), kConditionKeys.begin(), kConditionKeys.end());
  return keys;
}

const std::vector<std::string_view> kDecryptionKeys =
    with({"name", "description", "enabled", "action", "strict", "verdict", "untrusted"});
const std::vector<std::string_view> kAccessKeys =
    with({"name", "description", "enabled", "action", "http"});
const std::vector<std::string_view> kIdentityKeys = {"name", "description", "enabled", "source",
                                                     "user", "group",       "table"};

}  // namespace

void Loader::each_rule(const Node* list, const std::string& what, RuleReader read) {
  rule_names_.clear();
  if (list == nullptr || list->kind == Node::Kind::kNull ||
      (list->is_list() && list->items.empty())) {
    return;
  }
  if (!list->is_list()) {
    problems_.error(list->mark, "wrong-kind",
                    "'" + what + "' must be a list of rules, not " + kind_name(list->kind),
                    "begin each rule with '- name: NAME'");
    return;
  }
  if (list->items.size() > kMaxRulesOfList) {
    problems_.error(list->mark, "too-large", "more than 65,536 " + what + " rules",
                    "join rules that differ in networks only");
    return;
  }
  for (const Node& rule : list->items) {
    (this->*read)(rule);
  }
}

std::string Loader::begin_rule(const MapReader& map, const std::string& list) {
  what_ = list + " rule";
  const Node* name = map.need("name", "give the rule a name of its own: '- name: NAME'");
  if (const Node* text = map.get("description")) {
    (void)read_word(problems_, *text, "'description'");
  }
  if (name == nullptr) {
    return "";
  }
  if (!is_name(name->text)) {
    problems_.error(
        name->mark, "bad-name", "'" + name->text + "' cannot name a rule",
        "use letters, digits, '.', '_' and '-', at most 64, beginning with one of the first "
        "two");
  } else if (!rule_names_.insert(name->text).second) {
    problems_.error(name->mark, "duplicate-name",
                    "there is another " + list + " rule '" + name->text + "' above",
                    "rename or remove one of them");
  }
  what_ += " '" + name->text + "'";
  return name->text;
}

bool Loader::enabled(const MapReader& map) {
  const Node* node = map.get("enabled");
  return node == nullptr || read_bool(problems_, *node, "'enabled'").value_or(true);
}

void Loader::read_table(const Node& node, IdentityRule& rule) {
  const auto text = side_file(node, "the user table");
  if (!text) {
    return;
  }
  for (const UserEntry& entry : parse_user_table(*text, node.text, problems_)) {
    rule.table.emplace_back(entry.range, subject(Subject::Kind::kUser, entry.user));
  }
}

void Loader::read_identity(const Node& node) {
  const MapReader map(problems_, node, "an identity rule", kIdentityKeys);
  IdentityRule rule;
  rule.name = begin_rule(map, "identity");
  rule.mark = node.mark;
  if (const Node* source = map.get("source")) {
    rule.source = networks_.read(*source, "'source'", what_);
  }
  const Node* user = map.get("user");
  const Node* group = map.get("group");
  const Node* table = map.get("table");
  const int given = (user != nullptr) + (group != nullptr) + (table != nullptr);
  if (given != 1 && node.is_map()) {
    problems_.error(node.mark, given == 0 ? "missing-key" : "conflicting-keys",
                    what_ + (given == 0 ? " gives nobody" : " gives more than one identity"),
                    "write exactly one of user, group and table");
    return;
  }
  if (user != nullptr) {
    const auto name = read_word(problems_, *user, "'user'");
    rule.subject = name ? find_subject(Subject::Kind::kUser, *name) : std::nullopt;
    if (name && !rule.subject) {
      problems_.error(user->mark, "unknown-user", "no user '" + *name + "'",
                      "name it under 'users'");
    } else if (name) {
      book_->references.push_back({"user", *name, what_, user->mark});
    }
  }
  if (group != nullptr && read_word(problems_, *group, "'group'")) {
    if (!groups_.has(group->text)) {
      problems_.error(group->mark, "unknown-group", "no user group '" + group->text + "'",
                      "name a group that stands under 'user_groups'");
    } else {
      rule.subject = subject(Subject::Kind::kGroup, group->text);
      book_->references.push_back({"user group", group->text, what_, group->mark});
    }
  }
  if (table != nullptr) {
    read_table(*table, rule);
  }
  if (enabled(map)) {
    book_->identity.push_back(std::move(rule));
  }
}

void Loader::read_decryption(const Node& node) {
  const MapReader map(problems_, node, "a decryption rule", kDecryptionKeys);
  DecryptionRule rule;
  rule.name = begin_rule(map, "decryption");
  rule.mark = node.mark;
  if (const Node* action =
          map.need("action", "say 'action: decrypt', 'do-not-decrypt' or 'block'")) {
    const auto choice =
        read_choice(problems_, *action, "'action'", {"decrypt", "do-not-decrypt", "block"});
    rule.outcome.action = static_cast<DecryptAction>(choice.value_or(0));
  }
  for (const auto& [key, flag] :
       {std::pair{"strict", &rule.outcome.strict}, std::pair{"verdict", &rule.outcome.verdict}}) {
    if (const Node* value = map.get(key)) {
      *flag = read_bool(problems_, *value, "'" + std::string(key) + "'").value_or(false);
    }
  }
  if (const Node* value = map.get("untrusted")) {
    rule.outcome.resign_untrusted =
        read_choice(problems_, *value, "'untrusted'", {"block", "resign"}).value_or(0) == 1;
  }
  if (rule.outcome.action != DecryptAction::kDecrypt) {
    for (const char* key : {"strict", "verdict", "untrusted"}) {
      if (const Node* value = map.get(key)) {
        problems_.error(value->mark, "useless-key",
                        "'" + std::string(key) + "' has no meaning where nothing is decrypted",
                        "remove it, or say 'action: decrypt'");
      }
    }
  }
  rule.when = read_conditions(map, false);
  if (!rule.when.services.meets(ServiceSet({protocol_range(kTcp)}))) {
    problems_.error(map.get("service") != nullptr ? map.get("service")->mark : node.mark, "not-tcp",
                    "a decryption rule for what is not TCP never matches",
                    "name a TCP service, or write an access rule");
  }
  if (enabled(map)) {
    book_->decryption.push_back(std::move(rule));
  }
}

void Loader::read_access(const Node& node) {
  const MapReader map(problems_, node, "an access rule", kAccessKeys);
  AccessRule rule;
  rule.name = begin_rule(map, "access");
  rule.mark = node.mark;
  if (const Node* action = map.need("action", "say 'action: allow' or 'action: deny'")) {
    rule.action = static_cast<AccessAction>(
        read_choice(problems_, *action, "'action'", {"allow", "deny"}).value_or(0));
  }
  rule.when = read_conditions(map, true);
  if (enabled(map)) {
    book_->access.push_back(std::move(rule));
  }
}

}  // namespace vitrine::policy
