// What the policy says of a connection: the reference evaluator that the card's rules must agree
// with.
//
// Ownership: immutable once built, shared by pointer; a commit makes a new one. Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/net.h"

namespace vitrine::policy {

enum class Decision : uint8_t {
  kDecrypt,
  kDoNotDecrypt,
  kDeny,
};

// What is known of a connection when its ClientHello is whole. Views live as long as the call.
struct ConnectionFacts {
  Endpoint client;
  Endpoint server;
  std::string_view server_name;  // empty without SNI
};

struct Verdict {
  Decision decision = Decision::kDecrypt;
  std::string rule;  // the name of the rule that decided
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual uint32_t configuration_version() const = 0;
  virtual Verdict decide(const ConnectionFacts& facts) const = 0;
};

// "decrypt-all", with networks above it whose connections (either end) are left alone.
class DecryptAllPolicy : public Policy {
 public:
  static constexpr const char* kDecryptRule = "decrypt-all";
  static constexpr const char* kBypassRule = "bypassed-networks";

  DecryptAllPolicy(uint32_t configuration_version, std::vector<IpNetwork> bypassed);

  uint32_t configuration_version() const override { return configuration_version_; }
  Verdict decide(const ConnectionFacts& facts) const override;
  const std::vector<IpNetwork>& bypassed() const { return bypassed_; }

 private:
  bool is_bypassed(const IpAddress& address) const;

  uint32_t configuration_version_;
  std::vector<IpNetwork> bypassed_;
};

}  // namespace vitrine::policy
