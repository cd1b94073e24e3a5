// `vitrine trust`: validation of certificate chains in files, without a daemon.
#pragma once

#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/trust/offline_check.h"

namespace vitrine::cli {

struct TrustArguments {
  std::string chain;
  std::string host;
  std::string address;
  std::string time;
  std::string profile;
  std::string state_dir;
  std::vector<std::string> roots;
  std::vector<std::string> intermediates;
  std::vector<std::string> lists;
  bool no_system_roots = false;
  bool lists_required = false;
  bool markdown = false;
};

// What the arguments and their files say. A Status is wrong usage or unusable input.
Result<trust::OfflineCheck> read_trust_arguments(const TrustArguments& arguments, time_t now);

}  // namespace vitrine::cli
