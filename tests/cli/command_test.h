// Runs `vitrine` in the test's process, against a daemon's API (tests/api/api_world.h).
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/cli/app.h"
#include "tests/api/api_world.h"

namespace vitrine::cli {

class CommandTest : public ::testing::Test {
 protected:
  // The exit code; what it printed is out() and err().
  int call(const std::vector<std::string>& words) {
    out_.str("");
    err_.str("");
    Environment environment{.out = out_, .err = err_, .clock = world_.clock};
    environment.default_socket = world_.socket;
    prepare(environment);
    return run(words, environment);
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  // What this machine has beside the daemon.
  virtual void prepare(Environment&) {}

  api::ApiWorld world_;

 private:
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace vitrine::cli
