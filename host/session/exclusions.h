// Servers that proved undecryptable often enough, and are left alone for a while.
//
// A failure that the server causes (it wants a client certificate, takes no version or suite)
// counts for every client; one that a client causes (it pins, it insists on ECH) counts and
// excludes for that client alone, so that nobody can lift inspection for others. Both counts and
// exclusions expire after the policy's time, and the oldest give way where the table is full. Times
// are monotonic nanoseconds. Not thread-safe.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "host/session/failure.h"
#include "host/session/flow.h"

namespace vitrine::session {

// What the failure says of the connection's server or client; nullopt: nothing.
std::optional<policy::Undecryptable> undecryptable(const Failure& failure);

struct Exclusion {
  std::optional<IpAddress> client;  // nullopt: for all
  Endpoint server;
  std::string server_name;
  policy::Undecryptable cause = policy::Undecryptable::kPinned;
  uint32_t failures = 0;
  bool excluded = false;
  uint64_t until_ns = 0;
};

class ExclusionTable {
 public:
  explicit ExclusionTable(size_t capacity = 4096) : capacity_(capacity) {}

  // True where this failure excludes the server.
  bool note(const FlowFacts& flow, policy::Undecryptable cause,
            const policy::UndecryptablePolicy& policy, uint64_t now_ns);
  std::optional<policy::Undecryptable> find(const FlowFacts& flow, uint64_t now_ns) const;
  // Those in force, the longest known first.
  std::vector<Exclusion> list(uint64_t now_ns) const;
  // How many were in force.
  size_t clear(uint64_t now_ns);

 private:
  using Key = std::tuple<std::optional<IpAddress>, IpAddress, uint16_t, std::string>;
  using Entries = std::list<Exclusion>;
  static Key key_of(const FlowFacts& flow, bool for_client);

  size_t capacity_;
  Entries entries_;  // oldest first
  std::map<Key, Entries::iterator> index_;
};

}  // namespace vitrine::session
