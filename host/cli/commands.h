// What each command does. The result is an exit code; output and errors go to the environment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/api/client.h"
#include "host/cli/app.h"
#include "host/cli/config_commands.h"
#include "host/cli/mirror_command.h"
#include "host/cli/trust_commands.h"

namespace vitrine::cli {

struct EventFilters {
  std::string type;
  std::string cause;
  std::string source;
  std::string destination;
  std::string host;
  std::string since;
  std::vector<std::string> where;  // "FIELD=VALUE"
  std::string count_by;            // a field: counts instead of events
  bool csv = false;
  uint64_t after = 0;
  uint32_t limit = 50;
};

class Commands {
 public:
  Commands(Environment& environment, const api::Client& client, bool json)
      : env_(environment), client_(client), json_(json) {}

  int status();
  int flows(uint32_t limit);
  int events(const EventFilters& filters, bool follow);
  int event(uint64_t id);
  int causes(bool markdown);
  int counters();
  int policy_show();
  int exclusions();
  int exclusions_clear();
  int cert_list();
  int cert_import(const std::string& file);
  int cert_remove(const std::string& id);
  int ca_init(const CaInitRequest& request);
  // From the daemon, or from the state directory where one is given.
  int ca_show(const std::string& state_dir);
  // The PEM to `file`, or to the output where it is empty.
  int ca_export(const std::string& state_dir, const std::string& file);
  // 0 trusted, 1 not trusted, 2 unusable input.
  int trust_check(const TrustArguments& arguments);
  int trust_checks(bool markdown);
  int mirror(const MirrorArguments& arguments);
  int licence(const LicenceArguments& arguments);
  int configuration(const ConfigArguments& arguments);

 private:
  using Render = std::string (*)(const boost::json::value&, const Terminal&);
  // Gets and shows, as text or as JSON.
  int show(const std::string& target, Render render);
  int print(const boost::json::value& value, const std::string& text);
  int fail(const Status& status);
  Result<std::string> events_target(const EventFilters& filters, bool follow) const;
  int follow_events(const std::string& target, bool csv);
  int count_events(std::string target, const std::string& field);
  int print_csv(const boost::json::value& answer);
  Result<boost::json::value> change(const ConfigArguments& arguments);
  int check_candidate(bool strict);
  int export_configuration(const ConfigArguments& arguments);
  Result<boost::json::value> ca(const std::string& state_dir) const;

  Environment& env_;
  const api::Client& client_;
  const bool json_;
};

}  // namespace vitrine::cli
