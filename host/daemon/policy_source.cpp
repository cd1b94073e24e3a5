#include "host/daemon/policy_source.h"

#include <fstream>
#include <sstream>

#include "policy/lang/decrypt_all.h"

namespace vitrine::daemon {
namespace {

Result<std::string> policy_text(const Options& options) {
  if (options.policy_file.empty()) {
    return policy::decrypt_all_policy(options.bypassed, options.block_quic);
  }
  std::ifstream file(options.policy_file, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Status(Code::kNotFound, "cannot read " + options.policy_file);
  }
  return text.str();
}

}  // namespace

Result<SourcedPolicy> read_policy(const Options& options, uint32_t version, int64_t wall_ms) {
  const auto text = policy_text(options);
  if (!text) {
    return text.status();
  }
  const std::string name = options.policy_file.empty() ? "policy" : options.policy_file;
  auto active = session::make_policy(version, *text, name, policy::files_beside(name));
  if (!active) {
    return active.status();
  }
  auto rules = session::card_rules(**active, wall_ms);
  if (!rules) {
    return rules.status();
  }
  return SourcedPolicy{std::move(active).value(), std::move(rules).value()};
}

}  // namespace vitrine::daemon
