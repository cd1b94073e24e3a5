// Server certificates that were seen lately: what rules ask of them is known with the ClientHello.
//
// A rule may say by the certificate that a connection is left alone, and that must be known before
// it is taken over. So the first connection to a server is taken over to learn it, and is reset
// where the rules turn out to leave it alone; the client's next attempt passes untouched. Only a
// certificate whose key the server has proved to have (its handshake is complete) is learnt: else
// anybody could show somebody else's. A server may still show another certificate to a connection
// that is left alone; an entry lasts ten minutes at most, and one of another trust epoch is none.
//
// Bounds: `capacity` entries of at most kMaxIssuer octets; the least recently used gives way. Keyed
// by address, port and server name, so that no server speaks for another. Not thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "host/session/flow.h"

namespace vitrine::session {

class KnownCertificates {
 public:
  static constexpr uint64_t kMaxAgeNs = 600ULL * 1'000'000'000;
  static constexpr size_t kMaxIssuer = 4096;

  explicit KnownCertificates(size_t capacity = 4096) : capacity_(capacity) {}

  // REQUIRES: flow.certificate is the one that its server showed just now.
  void learn(const FlowFacts& flow, uint64_t trust_epoch, uint64_t now_ns);
  // Null where it is not known.
  std::shared_ptr<const CertificateFacts> find(const FlowFacts& flow, uint64_t trust_epoch,
                                               uint64_t now_ns);
  size_t size() const { return entries_.size(); }

 private:
  using Key = std::tuple<IpAddress, uint16_t, std::string>;
  struct Entry {
    Key key;
    std::shared_ptr<const CertificateFacts> certificate;
    uint64_t trust_epoch = 0;
    uint64_t until_ns = 0;
  };
  using Entries = std::list<Entry>;
  static Key key_of(const FlowFacts& flow) {
    return {flow.key.destination, flow.key.destination_port, flow.server_name};
  }
  void forget(Entries::iterator entry);

  size_t capacity_;
  Entries entries_;  // most recently used first
  std::map<Key, Entries::iterator> index_;
};

}  // namespace vitrine::session
