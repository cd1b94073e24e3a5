// `vitrine cert fetch`: shows a server's chain and saves it, without a daemon and without a rule.
#pragma once

#include <string>

#include "host/cli/app.h"

namespace vitrine::cli {

struct FetchRequest {
  std::string target;
  std::string server_name;  // "": the target's host, unless that is an address
  std::string output;       // "": nothing is saved
  bool leaf_only = false;   // of what is saved
  unsigned timeout_s = 10;
};

int cert_fetch(const FetchRequest& request, bool json, Environment& environment);

}  // namespace vitrine::cli
