// Configurations on disk: numbered versions, the candidate, and which version is in force.
//
// One SQLite file (WAL, synchronous FULL): each member that changes something is one transaction,
// durable when it returns. A version takes effect in two steps: reserve() writes it with its
// number, activate() makes it the one in force; between them the appliance is told. A crash in
// between leaves the old version in force and a number that was never in force ("interrupted"),
// which is not given again. Bodies carry their SHA-256: a file that is damaged is an error, never a
// configuration that nobody committed.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/config/configuration.h"
#include "host/events/sqlite.h"

namespace vitrine::config {

constexpr size_t kMaxCommentBytes = 1024;
constexpr size_t kMaxUserBytes = 256;

// What is kept; the oldest versions are pruned, but for the one in force and the one that may come
// back.
struct StoreLimits {
  uint32_t versions = 500;
  uint64_t bytes = uint64_t{256} << 20;
};

// Why a version is there.
enum class Origin : uint8_t { kInitial, kCommit, kRollback, kExpiry, kFile };
// "initial", "commit", "rollback", "expiry", "file" (the daemon's --policy)
std::string_view origin_name(Origin origin);

struct VersionRow {
  uint32_t number = 0;
  int64_t time_ms = 0;  // of reserve()
  Origin origin = Origin::kCommit;
  uint32_t from = 0;  // in force before; 0: none
  uint32_t of = 0;    // whose content it has; 0: its own
  std::string user;
  std::string comment;
  bool was_in_force = false;  // false: interrupted
};

// Waiting for confirmation, else `fallback` comes back.
struct Unconfirmed {
  uint32_t fallback = 0;
  int64_t since_ms = 0;
  int64_t deadline_ms = 0;
};

struct Candidate {
  Configuration configuration;
  uint32_t based_on = 0;  // the version that it was edited from
  uint64_t revision = 0;  // rises with each change
  std::string user;       // of the last change
  int64_t time_ms = 0;
};

class Store {
 public:
  // kMalformed where the file is damaged or no database; kUnsupported where a later release made
  // it.
  static Result<std::unique_ptr<Store>> open(const std::string& path, StoreLimits limits = {});

  uint32_t active() const { return active_; }  // 0: none yet
  const std::optional<Unconfirmed>& unconfirmed() const { return unconfirmed_; }
  Result<uint32_t> next_number() const;
  // kNotFound for what never was or was pruned.
  Result<VersionRow> row(uint32_t number) const;
  Result<Configuration> configuration(uint32_t number) const;
  // The newest first.
  Result<std::vector<VersionRow>> history(uint32_t limit) const;

  // REQUIRES: row.number is next_number().
  Status reserve(const VersionRow& row, const Configuration& configuration);
  // In force from now on; drops the candidate where it was committed; prunes.
  Status activate(uint32_t number, std::optional<Unconfirmed> unconfirmed, bool drop_candidate);
  // Takes a reserved version back. REQUIRES: never in force.
  Status withdraw(uint32_t number);
  Status confirm();

  // nullopt: nothing was edited.
  Result<std::optional<Candidate>> candidate() const;
  // The revision is given here, and returned.
  Result<uint64_t> set_candidate(const Candidate& candidate);
  Status drop_candidate();

 private:
  Store(events::Database database, StoreLimits limits)
      : database_(std::move(database)), limits_(limits) {}
  Status set_up(const std::string& path);
  Status load_state();
  Status in_transaction(const std::function<Status()>& work);
  Status prune();

  events::Database database_;
  StoreLimits limits_;
  uint32_t active_ = 0;
  std::optional<Unconfirmed> unconfirmed_;
};

}  // namespace vitrine::config
