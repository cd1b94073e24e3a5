#include "policy/lang/decrypt_all.h"

namespace vitrine::policy {

std::string decrypt_all_policy(const std::vector<IpNetwork>& bypassed, bool block_quic) {
  std::string text = "version: 1\n";
  if (!bypassed.empty()) {
    text += "networks:\n  bypassed:\n";
    for (const IpNetwork& network : bypassed) {
      text += "    - \"" + network.to_string() + "\"\n";
    }
  }
  text += std::string("quic: ") + (block_quic ? "block" : "allow") + "\n";
  text += "undecryptable: {unknown_hello: block}\n";
  text += "decryption:\n";
  if (!bypassed.empty()) {
    const std::string name = kBypassRule;
    text += "  - {name: " + name + ", destination: bypassed, action: do-not-decrypt}\n";
    text += "  - {name: " + name + "-as-clients, source: bypassed, action: do-not-decrypt}\n";
  }
  text += std::string("  - {name: ") + kDecryptAllRule + ", action: decrypt}\n";
  return text;
}

}  // namespace vitrine::policy
