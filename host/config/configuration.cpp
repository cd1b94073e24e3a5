#include "host/config/configuration.h"

#include <algorithm>

#include <fmt/format.h>

namespace vitrine::config {
namespace {

namespace json = boost::json;

constexpr int kFormat = 1;
constexpr size_t kMaxNameBytes = 255;

Status too_large(std::string_view what, size_t most) {
  return {Code::kExhausted, fmt::format("{}: more than {} bytes", what, most)};
}

// As policy::files_beside() has it: a name within the policy's folder.
bool stays_within(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && name.front() != '/' &&
         name.find("..") == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

bool is_digest(std::string_view id) {
  return id.size() == 64 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Status malformed(std::string_view what) {
  return {Code::kMalformed, fmt::format("not a configuration: {}", what)};
}

json::object to_json(const std::map<std::string, std::string>& texts) {
  json::object out;
  for (const auto& [name, text] : texts) {
    out[name] = text;
  }
  return out;
}

Status read_texts(const json::value& value, std::string_view key,
                  std::map<std::string, std::string>& texts) {
  if (!value.is_object()) {
    return malformed(fmt::format("'{}' is not an object", key));
  }
  for (const auto& member : value.get_object()) {
    if (!member.value().is_string()) {
      return malformed(fmt::format("'{}' holds what is not text", key));
    }
    texts.emplace(member.key(), member.value().get_string());
  }
  return Status::ok();
}

}  // namespace

Status check_limits(const Configuration& configuration) {
  if (configuration.policy.size() > kMaxPolicyBytes) {
    return too_large("the policy", kMaxPolicyBytes);
  }
  if (configuration.files.size() > kMaxFiles) {
    return {Code::kExhausted, fmt::format("more than {} files", kMaxFiles)};
  }
  if (configuration.certificates.size() > kMaxCertificates) {
    return {Code::kExhausted, fmt::format("more than {} certificates", kMaxCertificates)};
  }
  size_t total = configuration.policy.size();
  for (const auto& [name, text] : configuration.files) {
    if (!stays_within(name)) {
      return {Code::kInvalidArgument,
              fmt::format("file '{}': not a name within the policy's folder", name)};
    }
    if (text.size() > kMaxFileBytes) {
      return too_large(name, kMaxFileBytes);
    }
    total += text.size();
  }
  for (const auto& [id, pem] : configuration.certificates) {
    if (!is_digest(id)) {
      return {Code::kInvalidArgument,
              "a certificate's id is its SHA-256 in lower-case hexadecimal"};
    }
    if (pem.size() > kMaxCertificateBytes) {
      return too_large("certificate " + id, kMaxCertificateBytes);
    }
    total += pem.size();
  }
  return total > kMaxConfigurationBytes ? too_large("the configuration", kMaxConfigurationBytes)
                                        : Status::ok();
}

json::object to_json(const Configuration& configuration) {
  return {{"vitrine_configuration", kFormat},
          {"policy", configuration.policy},
          {"files", to_json(configuration.files)},
          {"certificates", to_json(configuration.certificates)}};
}

Result<Configuration> configuration_from_json(const json::value& value) {
  if (!value.is_object()) {
    return malformed("not an object");
  }
  Configuration out;
  bool has_format = false;
  bool has_policy = false;
  for (const auto& member : value.get_object()) {
    Status read = Status::ok();
    if (member.key() == "vitrine_configuration") {
      if (member.value() != kFormat) {
        return Status(Code::kUnsupported,
                      "a configuration of another format, made by another release");
      }
      has_format = true;
    } else if (member.key() == "policy" && member.value().is_string()) {
      out.policy = member.value().get_string();
      has_policy = true;
    } else if (member.key() == "files") {
      read = read_texts(member.value(), member.key(), out.files);
    } else if (member.key() == "certificates") {
      read = read_texts(member.value(), member.key(), out.certificates);
    } else {
      return malformed(fmt::format("unknown or wrong '{}'", std::string_view(member.key())));
    }
    if (!read) {
      return read;
    }
  }
  if (!has_format || !has_policy) {
    return malformed("'vitrine_configuration' and 'policy' must be there");
  }
  if (Status within = check_limits(out); !within) {
    return within;
  }
  return out;
}

Result<Configuration> configuration_from_text(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  return error ? Result<Configuration>(malformed(error.message())) : configuration_from_json(value);
}

}  // namespace vitrine::config
