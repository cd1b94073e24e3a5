// What one configuration is: everything that a commit puts in force together.
//
// Ownership: values. It holds no secret: a private key or licence never enters it. Its JSON form is
// what the store keeps and what `vitrine export` writes:
//   {"vitrine_configuration": 1, "policy": TEXT, "files": {NAME: TEXT}, "certificates": {ID: PEM}}
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "host/base/status.h"

namespace vitrine::config {

constexpr size_t kMaxPolicyBytes = 8U << 20;
constexpr size_t kMaxFileBytes = 8U << 20;            // of one file that the policy names
constexpr size_t kMaxFiles = 64;                      // that the policy names
constexpr size_t kMaxCertificates = 1024;             // beside the system's
constexpr size_t kMaxCertificateBytes = 64U << 10;    // of one, as PEM
constexpr size_t kMaxConfigurationBytes = 24U << 20;  // of all of it, as JSON

struct Configuration {
  std::string policy;                        // the text of policy/README.md
  std::map<std::string, std::string> files;  // that the policy names: categories, user tables
  std::map<std::string, std::string> certificates;  // imported: SHA-256 (lower-case hex) -> PEM

  bool operator==(const Configuration&) const = default;
};

// kExhausted, with what is too large; kInvalidArgument for the name of a file that leaves its
// folder.
Status check_limits(const Configuration& configuration);

boost::json::object to_json(const Configuration& configuration);
// From untrusted text: unknown keys, other types and what check_limits() refuses are errors.
Result<Configuration> configuration_from_json(const boost::json::value& value);
Result<Configuration> configuration_from_text(std::string_view json);

}  // namespace vitrine::config
