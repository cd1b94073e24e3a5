#include "host/daemon/options.h"

#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace vitrine::daemon {
namespace {

constexpr const char* kFooter =
    "Before the first start make the CA that clients shall trust: vitrine cert ca init --state "
    "DIR\n"
    "Example: vitrined --inside eth1 --outside eth2 --state /var/lib/vitrine --bypass "
    "192.0.2.0/24\n"
    "SIGTERM and SIGINT drain and stop; SIGHUP reopens the logs and reads --policy again. See "
    "vitrined(8).";

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "vitrine";
}

std::string check_network(const std::string& text) {
  const auto network = IpNetwork::parse(text);
  return network ? std::string() : network.status().message();
}

struct RawText {
  std::vector<std::string> bypassed;
};

void add_traffic_options(CLI::App& app, Options& options, RawText& raw) {
  app.add_option("--inside", options.inside, "Interface towards the clients")->required();
  app.add_option("--outside", options.outside, "Interface towards the servers")->required();
  app.add_option("--card", options.card, "Data plane")
      ->check(CLI::IsMember({"soft"}))
      ->capture_default_str();
  CLI::Option* policy =
      app.add_option("--policy", options.policy_file,
                     "Policy file to run by, vitrine-policy(5); SIGHUP reads it again");
  policy->check(CLI::ExistingFile);
  app.add_option("--bypass", raw.bypassed,
                 "Network whose connections are never decrypted (repeatable)")
      ->check(CLI::Validator(check_network, "NET"))
      ->excludes(policy);
  app.add_option("--fail", options.fail_mode, "What happens to traffic while vitrined does not run")
      ->transform(CLI::CheckedTransformer(std::map<std::string, FailMode>{
          {"closed", FailMode::kClosed}, {"open", FailMode::kOpen}}));
  app.add_option("--block-quic", options.block_quic,
                 "Drop UDP/443 so that browsers fall back to TCP")
      ->capture_default_str()
      ->excludes(policy);
  app.add_option("--offload", options.offload, "Take and send coalesced frames whole")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, bool>{{"on", true}, {"off", false}}));
  app.add_option("--impair", options.impairment,
                 "For tests: faults in the card's ports, e.g. seed=1,loss=0.02,reorder=0.05");
  app.add_option("--max-flows", options.max_flows, "Flow table size, connections")
      ->check(CLI::Range(16U, 4U << 20))
      ->capture_default_str();
  app.add_option("--idle-timeout", options.idle_timeout_s,
                 "Seconds until a silent flow is forgotten")
      ->check(CLI::Range(1U, 604800U))
      ->capture_default_str();
  app.add_option("--handshake-timeout", options.handshake_timeout_s, "Seconds a handshake may take")
      ->check(CLI::Range(1U, 300U))
      ->capture_default_str();
}

void add_trust_options(CLI::App& app, Options& options) {
  auto* none =
      app.add_flag("!--no-system-roots", options.system_roots, "Trust only imported certificates");
  app.add_option("--system-roots", options.system_bundle,
                 "PEM file of public roots in place of the machine's")
      ->check(CLI::ExistingFile)
      ->excludes(none);
  app.add_option("--trust", options.trusted_files,
                 "Certificate file to trust for this run, beside imported ones (repeatable)")
      ->check(CLI::ExistingFile);
  app.add_flag("!--no-resumption", options.resume_upstream,
               "Do a full handshake with the server every time");
  app.add_option("--keylog", options.keylog_file,
                 "DANGEROUS: write TLS secrets of both legs to this file (NSS key log)");
}

void add_process_options(CLI::App& app, Options& options) {
  app.add_option("--state", options.state_dir, "Directory of CA, certificates, events and logs")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--socket", options.socket, "API socket")
      ->envname("VITRINE_SOCKET")
      ->capture_default_str();
  app.add_option("--user", options.user, "User to run as after start (default: vitrine)");
  app.add_option("--administrators", options.administrators,
                 "Group that may manage the appliance, beside the daemon's own");
  app.add_option("--readers", options.readers,
                 "Group that may look and change nothing (default: vitrine-read, where there is "
                 "one)");
  app.add_option("--name", options.device_name, "Device name on events (default: host name)");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}))
      ->capture_default_str();
  app.add_option("--drain-timeout", options.drain_timeout_s, "Seconds SIGTERM waits for handshakes")
      ->check(CLI::Range(0U, 600U))
      ->capture_default_str();
  app.set_version_flag("--version", std::string("vitrined ") + VITRINE_VERSION);
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  ParsedOptions parsed;
  RawText raw;
  CLI::App app("Vitrine daemon: TLS inspection between two interfaces", "vitrined");
  app.footer(kFooter);
  add_traffic_options(app, parsed.options, raw);
  add_trust_options(app, parsed.options);
  add_process_options(app, parsed.options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = app.exit(error) == 0 ? 0 : 2;
    return parsed;
  }
  for (const std::string& text : raw.bypassed) {
    parsed.options.bypassed.push_back(IpNetwork::parse(text).value());
  }
  if (parsed.options.inside == parsed.options.outside) {
    std::cerr << "vitrined: --inside and --outside must be two different interfaces\n";
    parsed.exit_code = 2;
    return parsed;
  }
  if (parsed.options.device_name.empty()) {
    parsed.options.device_name = host_name();
  }
  parsed.run = true;
  return parsed;
}

}  // namespace vitrine::daemon
