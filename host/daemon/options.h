// The command line of vitrined.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/base/net.h"
#include "host/base/status.h"

namespace vitrine::daemon {

enum class FailMode : uint8_t {
  kClosed,  // without vitrined nothing passes
  kOpen,    // without vitrined the two interfaces are bridged
};

struct Options {
  std::string inside;
  std::string outside;
  std::string state_dir;
  std::string card = "soft";
  std::string socket = "/run/vitrine/api.sock";
  std::vector<IpNetwork> bypassed;
  std::string policy_file;  // "": what the configuration store holds
  FailMode fail_mode = FailMode::kClosed;
  bool block_quic = true;
  bool offload = true;
  bool system_roots = true;
  std::string system_bundle;  // "": the machine's
  bool resume_upstream = true;
  std::vector<std::string> trusted_files;
  std::string impairment;
  std::string keylog_file;
  std::string user;
  std::string administrators;  // a group beside the daemon's own; "": none
  std::string readers;         // "": vitrine-read, where the machine has it
  std::string log_level = "info";
  std::string device_name;
  uint32_t max_flows = 65536;
  uint32_t idle_timeout_s = 3600;
  uint32_t handshake_timeout_s = 10;
  uint32_t drain_timeout_s = 5;

  // Whether something was said of the policy that only the first configuration is made of.
  bool has_first_policy() const { return !bypassed.empty() || !block_quic; }
};

// The outcome of reading the command line: options to run with, or an exit code after a help,
// version or error text has been written.
struct ParsedOptions {
  bool run = false;
  int exit_code = 0;
  Options options;
};

ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace vitrine::daemon
