#include "host/session/active_policy.h"

#include "policy/compile/compile.h"

namespace vitrine::session {
namespace {

bool host_can_tell(const card::Rule& rule) {
  if (rule.protocol == policy::kTcp) {
    return true;
  }
  return rule.protocol == policy::kUdp && rule.destination_port.mask == 0xffff &&
         rule.destination_port.value == policy::kHttps;
}

}  // namespace

Result<PolicyPtr> make_policy(uint32_t version, std::string_view text, const std::string& file,
                              const policy::FileReader& read_file) {
  const policy::Loaded loaded = policy::load_rulebook(text, file, read_file);
  if (loaded.book == nullptr) {
    std::string problems;
    for (const policy::Diagnostic& problem : loaded.problems) {
      problems += (problems.empty() ? "" : "\n") + problem.to_string();
    }
    return Status(Code::kInvalidArgument, problems);
  }
  auto active = std::make_shared<ActivePolicy>();
  active->version = version;
  active->evaluator = std::make_shared<policy::Evaluator>(loaded.book);
  return PolicyPtr(std::move(active));
}

card::RuleGeneration tell_of_denials(card::RuleGeneration rules) {
  for (card::Rule& rule : rules.rules) {
    if (rule.action == card::Action::kDrop && host_can_tell(rule)) {
      rule.action = card::Action::kPunt;
    }
  }
  return rules;
}

Result<card::RuleGeneration> card_rules(const ActivePolicy& active, int64_t wall_ms) {
  auto rules = policy::compile_rulebook(
      active.book(), {.configuration_version = active.version, .wall_ms = wall_ms});
  if (!rules) {
    return rules.status();
  }
  return tell_of_denials(std::move(rules->generation));
}

}  // namespace vitrine::session
