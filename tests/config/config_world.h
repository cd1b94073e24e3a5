// A manager on a store of its own, whose appliance is a list of what it was told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/config/manager.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::config {

// A policy that decrypts all but one network, whose third octet is `n`.
inline std::string policy_text(int n) {
  return "version: 1\ndecryption:\n  - name: bank\n    destination: 192.0." + std::to_string(n) +
         ".0/24\n    action: do-not-decrypt\n  - name: decrypt-all\n    action: decrypt\n";
}

inline Configuration configuration_of(int n) {
  Configuration out;
  out.policy = policy_text(n);
  return out;
}

class ConfigWorld {
 public:
  ConfigWorld() { clock.set_wall_ms(1'700'000'000'000); }

  // Opens the store anew and starts, as the appliance does after a crash.
  Status start(const Configuration& initial = configuration_of(0)) {
    manager.reset();
    auto opened = Manager::open(path, clock, hub);
    if (!opened) {
      return opened.status();
    }
    manager = std::move(opened).value();
    return manager->start(initial, [this](const std::shared_ptr<const ActiveConfiguration>& next) {
      if (!refusal.is_ok()) {
        return refusal;
      }
      applied.push_back(next);
      return Status::ok();
    });
  }
  // Loads a policy and commits it.
  Result<uint32_t> commit(int n, uint32_t confirm_minutes = 0) {
    if (const auto loaded = manager->load(configuration_of(n), "ada"); !loaded) {
      return loaded.status();
    }
    return manager->commit({"ada", "policy " + std::to_string(n), confirm_minutes});
  }
  const ActiveConfiguration& in_force() const { return *applied.back(); }

  TemporaryFolder folder;
  std::string path = folder.file("config.db");
  ManualClock clock;
  events::EventHub* hub = nullptr;
  Status refusal = Status::ok();  // of the appliance
  std::vector<std::shared_ptr<const ActiveConfiguration>> applied;
  std::unique_ptr<Manager> manager;
};

}  // namespace vitrine::config
