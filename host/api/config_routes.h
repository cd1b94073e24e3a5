// The routes under /v1/configuration: the candidate, versions, commit and rollback.
//
//   GET    /v1/configuration                      what is in force, what waits, what was edited
//   GET    /v1/configuration/versions[?limit=]    history, newest first
//   GET    /v1/configuration/versions/N           one version with its content
//   GET    /v1/configuration/candidate            what would be committed
//   POST   /v1/configuration/candidate            a whole configuration (config/configuration.h)
//   DELETE /v1/configuration/candidate            forgets the edits
//   POST   /v1/configuration/policy               {"policy", "files", "revision": what was edited}
//   POST   /v1/configuration/rules                {"list", "place", "anchor", "rule"}
//   DELETE /v1/configuration/rules?list=&name=
//   POST   /v1/configuration/certificates         a file of certificates
//   DELETE /v1/configuration/certificates/ID
//   GET    /v1/configuration/diff?from=&to=       neither: in force to candidate
//   POST   /v1/configuration/check
//   POST   /v1/configuration/commit               {"comment", "confirm_minutes"}
//   POST   /v1/configuration/confirm
//   POST   /v1/configuration/rollback             {"version", "comment"}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/verb.hpp>
#include <boost/json.hpp>

#include "host/api/backend.h"
#include "host/api/target.h"
#include "host/config/manager.h"

namespace vitrine::api {

inline constexpr std::string_view kConfigurationPath = "/v1/configuration";

struct ConfigurationCall {
  boost::beast::http::verb method;
  const Target& target;
  std::string_view body;
  const std::string& user;  // who asks
  config::Manager& manager;
};

// Certificates that the candidate would add.
Result<std::vector<CertificateRow>> pending_certificates(const config::Manager& manager);

// nullopt: no such resource or method.
std::optional<Result<boost::json::value>> answer_configuration(const ConfigurationCall& call);

}  // namespace vitrine::api
