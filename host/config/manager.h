// What an operator does with configurations: edit the candidate, look, commit, take back.
//
// A commit goes through (1) compile and prove; (2) reserve its number on disk; (3) Apply, which
// puts it in force or changes nothing; (4) activate on disk. It fails at any step with the old
// version in force. Every change of what is in force gets a number of its own, a rollback too: on
// events the number only rises, and says which text was in force.
//
// A commit that waits for confirmation comes back by itself: tick() looks at the monotonic clock,
// start() at the wall clock, which a power loss does not stop. A clock that reads earlier than the
// commit counts as overdue: nobody can say how long it has been.
//
// Threads: one at a time; start() before any other member but the constructor's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/config/active.h"
#include "host/config/compile.h"
#include "host/config/store.h"
#include "host/events/hub.h"
#include "policy/lang/edit.h"

namespace vitrine::config {

constexpr uint32_t kMaxConfirmMinutes = 7 * 24 * 60;

struct CommitRequest {
  std::string user;  // who asks
  std::string comment;
  uint32_t confirm_minutes = 0;  // 0: for good
};

struct RuleEdit {
  std::string list = "decryption";
  policy::Place place = policy::Place::kLast;
  std::string anchor;  // the rule above or below which it goes
  std::string rule;    // a block map without its dash
};

struct CandidateInfo {
  uint32_t based_on = 0;
  uint64_t revision = 0;
  std::string user;
  int64_t time_ms = 0;
};

struct Overview {
  VersionRow active;
  std::optional<Unconfirmed> unconfirmed;
  uint64_t confirm_left_ms = 0;
  std::optional<CandidateInfo> candidate;  // nullopt: nothing was edited
};

class Manager {
 public:
  // `clock` and `hub` outlive it; without a hub nothing is told.
  static Result<std::unique_ptr<Manager>> open(const std::string& path, const Clock& clock,
                                               events::EventHub* hub);

  // Puts the last version in force, or `initial` as the first one where there is none; takes back
  // what was not confirmed in time. An error is for the operator: without a configuration nothing
  // must run.
  Status start(const Configuration& initial, Apply apply);
  // To be called every second or so.
  void tick();

  std::shared_ptr<const ActiveConfiguration> active() const { return active_; }
  Result<Overview> overview() const;
  Result<std::vector<VersionRow>> history(uint32_t limit) const { return store_->history(limit); }
  Result<VersionRow> version(uint32_t number) const { return store_->row(number); }
  Result<Configuration> configuration(uint32_t number) const {
    return store_->configuration(number);
  }
  // What would be committed: the edited one, or the one in force.
  Result<Candidate> candidate() const;

  // Edits: each returns the candidate's new revision. Where `revision` is given and is not the
  // candidate's, somebody else has edited it meanwhile: kAlreadyExists.
  Result<uint64_t> load(const Configuration& configuration, const std::string& user,
                        std::optional<uint64_t> revision = {});
  Result<uint64_t> load_policy(std::string text, std::map<std::string, std::string> files,
                               const std::string& user, std::optional<uint64_t> revision = {});
  Result<uint64_t> insert_rule(const RuleEdit& edit, const std::string& user);
  Result<uint64_t> remove_rule(const std::string& list, const std::string& name,
                               const std::string& user);
  // The ids of the certificates that are new to the candidate; kAlreadyExists for none.
  Result<std::vector<std::string>> add_certificates(Bytes file, const std::string& user);
  // `id`: or a prefix of at least eight digits that only one has.
  Status remove_certificate(std::string_view id, const std::string& user);
  Status discard_candidate();

  Result<Compiled> check() const;
  // "" where nothing differs. nullopt: the candidate.
  Result<std::string> diff(std::optional<uint32_t> from, std::optional<uint32_t> to) const;

  // The new version's number.
  Result<uint32_t> commit(const CommitRequest& request);
  // Puts another policy in force and leaves the certificates and the candidate as they are: what a
  // file that the daemon follows has changed. kAlreadyExists where it is the one in force.
  Result<uint32_t> replace_policy(std::string text, std::map<std::string, std::string> files,
                                  const CommitRequest& request);
  Status confirm(const std::string& user);
  // Puts the content of version `number` in force, as the next version.
  Result<uint32_t> rollback(uint32_t number, const CommitRequest& request);

 private:
  Manager(std::unique_ptr<Store> store, const Clock& clock, events::EventHub* hub)
      : store_(std::move(store)), clock_(clock), hub_(hub) {}
  struct Change {
    Origin origin = Origin::kCommit;
    uint32_t of = 0;  // whose content it is; 0: its own
    uint32_t confirm_minutes = 0;
    std::string user;
    std::string comment;
  };
  Result<uint32_t> put_in_force(const Configuration& configuration, const Change& change);
  Status restart();
  Status expire();
  bool overdue_at_start(const Unconfirmed& waiting) const;
  Result<uint64_t> edit(const Configuration& configuration, const std::string& user,
                        std::optional<uint64_t> revision);
  Status fall_back(uint32_t number, const Status& why);
  void tell(uint32_t version, const std::string& user, const std::string& message) const;

  std::unique_ptr<Store> store_;
  const Clock& clock_;
  events::EventHub* hub_;
  Apply apply_;
  std::shared_ptr<const ActiveConfiguration> active_;
  std::optional<uint64_t> deadline_ns_;  // monotonic
};

}  // namespace vitrine::config
