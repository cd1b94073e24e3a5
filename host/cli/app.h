// The `vitrine` program, without its process: arguments in, text and an exit code out.
//
// Everything outside (output, clock, CA on disk) comes by Environment, so that tests replace it.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "host/base/clock.h"
#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/cli/licence_commands.h"
#include "host/cli/terminal.h"

namespace vitrine::cli {

// Documented in vitrine(1).
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kNotReachable = 3,  // vitrined is not running, or this user may not talk to it
};

struct CaInitRequest {
  std::string state_dir;
  std::string subject;   // "/O=Example/CN=Vitrine"; empty: the signer's default
  std::string key_type;  // "ecdsa", "rsa"
  int days = 3650;
};

struct Environment {
  std::ostream& out;
  std::ostream& err;
  Terminal terminal = {};
  std::string default_socket = "/run/vitrine/api.sock";
  const Clock& clock = Clock::system();
  // The CA on disk, without a daemon; both answer as GET /v1/ca does.
  std::function<Result<boost::json::value>(const CaInitRequest&)> ca_init = {};
  std::function<Result<boost::json::value>(const std::string& state_dir)> ca_show = {};
  // The licence on disk; see offline_licence().
  std::function<Result<boost::json::value>(const LicenceArguments&, const std::string& text)>
      licence = {};
  // Whose card images are good.
  std::function<Result<UniquePkey>()> image_signer = {};
  std::string sysfs = "/sys";
};

// `arguments` without the program's name.
int run(const std::vector<std::string>& arguments, Environment& environment);

}  // namespace vitrine::cli
