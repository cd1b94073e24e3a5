// The whole appliance of one process: builds the rooms in the order of their privileges, runs them,
// stops them.
//
// Stages of start: (1) the user to become, keys' memory, lock, stale bypass; (2) fail-open guard;
// (3) the card's ports, in the network namespace that the process was started in; (4) the private
// namespace and its TUN device; (5) the signer; (6) give up root; (7) the card, stores, trust,
// legs, API; (8) the card moves packets.
//
// Threads: run() is the session thread (and the one that called start()); the API has one of its
// own, the card and the event writer theirs.
#pragma once

#include <memory>

#include "host/base/status.h"
#include "host/daemon/options.h"

namespace vitrine::daemon {

class Appliance {
 public:
  // REQUIRES: root; no other thread yet. Moves the calling thread into a private network namespace.
  static Result<std::unique_ptr<Appliance>> start(const Options& options);
  ~Appliance();

  // Returns after SIGTERM or SIGINT, drained.
  void run();

 private:
  struct Parts;
  explicit Appliance(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace vitrine::daemon
