// `vitrine card`: cards, their images and their flash, without a daemon.
//
// A card is named by its PCI address, or by the folder of a simulated one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "host/cli/app.h"

namespace vitrine::cli {

struct CardArguments {
  std::string card;
  std::string image;
  std::string output;
  std::string key;
  std::string bitstream;
  std::string firmware;
  std::string version;
  std::string firmware_version;
  std::string board;
  std::string uuid;
  std::string part;
  uint64_t flash_mib = 128;
  bool allow_downgrade = false;
};

// Adds the command with all below it to `app`. `use` is told the action of the one that was typed;
// both references must outlive the parsing and the action.
void add_card_commands(CLI::App& app, CardArguments& arguments, const bool& json,
                       std::function<void(std::function<int(Environment&)>)> use);

}  // namespace vitrine::cli
