// Policies in files, without a daemon: check, explain, used-by, insert, delete.
//
// The result is an exit code; text, or one JSON value, goes to the environment's output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/cli/app.h"

namespace vitrine::cli {

struct ExplainRequest {
  std::string file;
  std::string source;       // "10.0.0.1" or "10.0.0.1:40000", "[2001:db8::1]:40000"
  std::string destination;  // "192.0.2.1:443"
  std::string zone = "inside";
  std::string vlan = "none";
  std::string protocol = "tcp";
  std::string time;  // as --since takes it; empty: now
  std::string server_name;
  bool no_server_name = false;  // the hello is there and names none
  std::string tls;              // "older", "1.2", "1.3"
  std::string issuer;
  std::string fingerprint;
  std::vector<std::string> states;  // of the certificate
  std::string method;
  std::string path;
  std::string host;
  std::string content_type;
};

struct EditRequest {
  std::string file;
  std::string list = "decryption";
  std::string above;
  std::string below;
  std::string rule_file;  // "-": standard input
  std::string name;       // delete: the rule
  bool in_place = false;  // else the new text goes to the output
};

int policy_check(const std::string& file, bool strict, bool json, Environment& environment);
int policy_explain(const ExplainRequest& request, bool json, Environment& environment);
int policy_used_by(const std::string& file, const std::string& object, bool json,
                   Environment& environment);
int policy_insert(const EditRequest& request, bool json, Environment& environment);
int policy_delete(const EditRequest& request, bool json, Environment& environment);

}  // namespace vitrine::cli
