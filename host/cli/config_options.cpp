// The command line of the configuration's commands.
#include <CLI/CLI.hpp>

#include "host/cli/config_commands.h"
#include "host/config/manager.h"

namespace vitrine::cli {
namespace {

using What = ConfigArguments::What;
constexpr const char* kGroup = "Configuration";

class Builder {
 public:
  Builder(ConfigArguments& arguments, const std::function<void()>& chosen)
      : arguments_(arguments), chosen_(chosen) {}

  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& text, What what,
                const std::string& examples) const {
    CLI::App* command = parent.add_subcommand(name, text);
    command->fallthrough();
    command->footer("Examples:\n" + examples);
    command->callback([&arguments = arguments_, chosen = chosen_, what] {
      arguments.what = what;
      chosen();
    });
    return command;
  }

 private:
  ConfigArguments& arguments_;
  const std::function<void()>& chosen_;
};

void add_candidate(CLI::App& app, ConfigArguments& a, const Builder& builder) {
  CLI::App* candidate =
      app.add_subcommand("candidate", "What the next commit would put in force")->group(kGroup);
  candidate->require_subcommand(1);
  candidate->fallthrough();
  builder.add(*candidate, "show", "Show its policy, and who edited it last", What::kShow,
              "  vitrine candidate show\n  vitrine candidate show --json | jq -r "
              ".configuration.policy");
  builder.add(*candidate, "edit", "Edit its policy with VISUAL, EDITOR or vi", What::kEdit,
              "  EDITOR=nano vitrine candidate edit");
  builder
      .add(*candidate, "discard", "Forget every edit since the last commit", What::kDiscard,
           "  vitrine candidate discard --yes")
      ->add_flag("--yes", a.yes, "Do it: the edits cannot be brought back");
}

void add_rule_commands(CLI::App& app, ConfigArguments& a, const Builder& builder) {
  CLI::App* rule = app.add_subcommand("rule", "Rules of the candidate: add above another, delete")
                       ->group(kGroup);
  rule->require_subcommand(1);
  rule->fallthrough();
  CLI::App* add = builder.add(
      *rule, "add", "Add a rule; `vitrine commit` puts it in force", What::kAddRule,
      "  vitrine rule add asa --above decrypt-all --destination 192.0.2.7 --action do-not-decrypt\n"
      "  vitrine rule add bank --first --sni .bank.example --action do-not-decrypt\n"
      "  vitrine rule add night --last --list access --service tcp/443 --set time=night --action "
      "deny");
  add->add_option("--action", a.action,
                  "decrypt, do-not-decrypt or block; in the list access: allow or deny");
  for (const auto& [option, values, text] :
       {std::tuple{"--source", &a.source, "Network, address or object of the client"},
        std::tuple{"--destination", &a.destination, "Network, address or object of the server"},
        std::tuple{"--service", &a.service, "e.g. tcp/443"},
        std::tuple{"--sni", &a.sni, "Server name, or .name for all below it"}}) {
    add->add_option(option, *values, std::string(text) + " (repeatable)")->take_all()->expected(1);
  }
  add->add_option("--set", a.settings,
                  "Any other key of vitrine-policy(5), as KEY=VALUE (repeatable)")
      ->take_all()
      ->expected(1);
  CLI::Option_group* place = add->add_option_group("Place", "Where it goes; one of");
  place->add_option("--above", a.above, "The rule to go above");
  place->add_option("--below", a.below, "The rule to go below");
  place->add_flag("--first", a.first, "Above all others");
  place->add_flag("--last", a.last, "Below all others");
  place->require_option(1);
  CLI::App* remove =
      builder.add(*rule, "delete", "Delete a rule; `vitrine commit` puts that in force",
                  What::kDeleteRule, "  vitrine rule delete asa");
  for (CLI::App* command : {add, remove}) {
    command->add_option("name", a.name, "The rule's name")->required();
    command->add_option("--list", a.list, "Which list")
        ->check(CLI::IsMember({"identity", "decryption", "access"}))
        ->capture_default_str();
  }
}

void add_commit_commands(CLI::App& app, ConfigArguments& a, const Builder& builder) {
  CLI::App* check =
      builder.add(app, "check", "Find what is wrong with the candidate, and prove its card rules",
                  What::kCheck, "  vitrine check\n  vitrine check --strict");
  check->add_flag("--strict", a.strict, "Warnings fail, too");
  CLI::App* diff = builder.add(app, "diff", "Show what the candidate changes", What::kDiff,
                               "  vitrine diff\n  vitrine diff --from 3 --to 5");
  diff->add_option("--from", a.from, "This version instead of the one in force")
      ->check(CLI::PositiveNumber);
  diff->add_option("--to", a.to, "This version instead of the candidate")
      ->check(CLI::PositiveNumber);
  CLI::App* commit = builder.add(
      app, "commit", "Put the candidate in force, as the next configuration version", What::kCommit,
      "  vitrine commit --comment 'bank undecrypted'\n"
      "  vitrine commit --confirmed 10      # comes back by itself unless `vitrine confirm` "
      "follows");
  commit
      ->add_option("--confirmed", a.minutes,
                   "Take it back by itself unless it is confirmed within so many minutes")
      ->check(CLI::Range(1U, config::kMaxConfirmMinutes));
  CLI::App* confirm = builder.add(app, "confirm", "Keep the version that waits for confirmation",
                                  What::kConfirm, "  vitrine confirm");
  CLI::App* rollback = builder.add(
      app, "rollback", "Put the content of an earlier version in force, as the next one",
      What::kRollback, "  vitrine history\n  vitrine rollback 3");
  rollback->add_option("version", a.version, "Its number, from `vitrine history`")
      ->required()
      ->check(CLI::PositiveNumber);
  for (CLI::App* command : {commit, rollback}) {
    command->add_option("--comment", a.comment, "Why, for history and events");
  }
  for (CLI::App* command : {check, diff, commit, confirm, rollback}) {
    command->group(kGroup);
  }
}

void add_version_commands(CLI::App& app, ConfigArguments& a, const Builder& builder) {
  CLI::App* overview =
      builder.add(app, "configuration", "Which version is in force, what waits, what was edited",
                  What::kOverview, "  vitrine configuration");
  CLI::App* history = builder.add(app, "history", "List the configuration's versions",
                                  What::kHistory, "  vitrine history -n 10");
  history->add_option("-n,--limit", a.limit, "At most this many, the newest")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  CLI::App* export_all =
      builder.add(app, "export", "Write a version as a file: policy, its files, certificates",
                  What::kExport, "  vitrine export -o backup.json\n  vitrine export --version 3");
  export_all->add_option("--version", a.version, "Its number; default: the one in force")
      ->check(CLI::PositiveNumber);
  export_all->add_option("-o,--output", a.file, "File to write; default: standard output");
  CLI::App* import =
      builder.add(app, "import", "Make an exported file the candidate", What::kImport,
                  "  vitrine import backup.json\n  vitrine diff\n  vitrine commit");
  import->add_option("file", a.file, "The file; - for standard input")->required();
  for (CLI::App* command : {overview, history, export_all, import}) {
    command->group(kGroup);
  }
}

}  // namespace

void add_config_commands(CLI::App& app, CLI::App& policy, ConfigArguments& arguments,
                         const std::function<void()>& chosen) {
  const Builder builder(arguments, chosen);
  add_version_commands(app, arguments, builder);
  add_candidate(app, arguments, builder);
  add_rule_commands(app, arguments, builder);
  add_commit_commands(app, arguments, builder);
  builder
      .add(policy, "set", "Make a file the candidate's policy, with the files that it names",
           What::kSetPolicy, "  vitrine policy set policy.yaml\n  vitrine diff\n  vitrine commit")
      ->add_option("file", arguments.file, "The policy; - for standard input")
      ->required();
}

}  // namespace vitrine::cli
