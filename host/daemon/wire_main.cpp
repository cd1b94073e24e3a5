// vitrine-wire: makes a wire of an appliance's interfaces while no daemon runs, at boot and during
// work on the machine, and takes it away. Asking for what is already so is no error.
// Exit codes: 0 done, or nothing to do; 1 failed; 2 usage.
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>
#include <net/if.h>

#include "host/daemon/bypass_bridge.h"
#include "host/daemon/run_lock.h"

namespace {

using vitrine::Code;
using vitrine::Status;

struct Request {
  std::string inside;
  std::string outside;
  std::string fail = "open";
  std::string state_dir;
};

Status connect(const Request& request) {
  if (request.fail == "closed") {
    std::cout << "vitrine-wire: --fail closed: no wire\n";
    return Status::ok();
  }
  vitrine::UniqueFd lock;
  // Without the directory no daemon has ever run on it.
  if (!request.state_dir.empty() && std::filesystem::exists(request.state_dir)) {
    auto taken = vitrine::daemon::take_run_lock(request.state_dir, 0);
    if (taken.status().code() == Code::kAlreadyExists) {
      std::cout << "vitrine-wire: vitrined runs on " << request.state_dir << ": left alone\n";
      return Status::ok();
    }
    if (!taken) {
      return taken.status();
    }
    lock = std::move(taken).value();
  }
  for (const std::string& name : {request.inside, request.outside}) {
    if (if_nametoindex(name.c_str()) == 0) {
      return {Code::kNotFound,
              "there is no interface " + name + "; `ip link` lists those there are"};
    }
  }
  return vitrine::daemon::connect_bypass(request.inside, request.outside);
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App app("Makes a wire of two interfaces while vitrined does not run.", "vitrine-wire");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("vitrine-wire ") + VITRINE_VERSION);
  CLI::App* join = app.add_subcommand("connect", "Make the wire; vitrined takes it away");
  join->add_option("--inside", request.inside, "Interface towards the clients")->required();
  join->add_option("--outside", request.outside, "Interface towards the servers")->required();
  join->add_option("--fail", request.fail, "closed: do nothing")
      ->check(CLI::IsMember({"open", "closed"}))
      ->capture_default_str();
  join->add_option("--state", request.state_dir,
                   "Do nothing where vitrined runs on this directory");
  CLI::App* part = app.add_subcommand("disconnect", "Take the wire away");
  part->add_option("--inside", request.inside, "Interface towards the clients")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status done =
      part->parsed() ? vitrine::daemon::disconnect_bypass(request.inside) : connect(request);
  if (!done) {
    std::cerr << "vitrine-wire: " << done.message() << "\n";
    return 1;
  }
  return 0;
}
