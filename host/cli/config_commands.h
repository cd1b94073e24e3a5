// The configuration from the command line: the candidate and its edits, check, diff, commit,
// confirm, rollback, history, export and import. All of it asks vitrined.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "host/base/status.h"

namespace vitrine::cli {

struct ConfigArguments {
  enum class What {
    kOverview,
    kShow,
    kEdit,
    kDiscard,
    kCheck,
    kDiff,
    kCommit,
    kConfirm,
    kRollback,
    kHistory,
    kExport,
    kImport,
    kSetPolicy,
    kAddRule,
    kDeleteRule,
  };
  What what = What::kOverview;
  std::string file;  // set, import, export
  uint32_t version = 0;
  uint32_t from = 0;  // diff; 0: in force
  uint32_t to = 0;    // diff; 0: the candidate
  uint32_t minutes = 0;
  uint32_t limit = 50;
  std::string comment;
  bool yes = false;
  bool strict = false;

  // A rule to add or delete.
  std::string list = "decryption";
  std::string name;
  std::string action;
  std::vector<std::string> source;
  std::vector<std::string> destination;
  std::vector<std::string> service;
  std::vector<std::string> sni;
  std::vector<std::string> settings;  // KEY=VALUE
  std::string above;
  std::string below;
  bool first = false;
  bool last = false;
};

// Adds the commands to the program and to `vitrine policy`; `chosen` is called when one of them is.
void add_config_commands(CLI::App& app, CLI::App& policy, ConfigArguments& arguments,
                         const std::function<void()>& chosen);

// The rule's text, KEY: VALUE lines. kInvalidArgument for a setting that is none, or text that no
// line can hold.
Result<std::string> rule_text(const ConfigArguments& arguments);

// Lets the user change a text with VISUAL, EDITOR or vi.
Result<std::string> edit_text(const std::string& text);

}  // namespace vitrine::cli
