#include "host/config/manager.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "host/config/certificates.h"
#include "host/config/text_diff.h"

namespace vitrine::config {
namespace {

constexpr int64_t kMsOfMinute = 60'000;
constexpr uint64_t kNsOfMs = 1'000'000;
constexpr uint64_t kRetryMs = 10'000;  // where taking back has failed
constexpr const char* kSelf = "vitrined";
constexpr size_t kMinPrefix = 8;

std::string cut(std::string text, size_t most) {
  if (text.size() > most) {
    text.resize(most);
  }
  return text;
}

Status nothing_to_commit() {
  return {Code::kAlreadyExists, "the candidate is what is in force: there is nothing to commit"};
}

Status waiting(uint32_t version) {
  return {Code::kAlreadyExists,
          fmt::format("version {} waits for confirmation: `vitrine confirm`, or `vitrine rollback "
                      "N`, first",
                      version)};
}

// What the event of a change says.
std::string message_of(const VersionRow& row, uint32_t confirm_minutes) {
  std::string message = fmt::format("configuration version {} -> {}", row.from, row.number);
  switch (row.origin) {
    case Origin::kInitial:
      message = fmt::format("configuration version {}: the first", row.number);
      break;
    case Origin::kCommit:
      message += ": committed";
      break;
    case Origin::kFile:
      message += ": policy read";
      break;
    case Origin::kRollback:
    case Origin::kExpiry:
      message += fmt::format(": rolled back to the content of version {}", row.of);
      break;
  }
  if (confirm_minutes > 0) {
    message += fmt::format(", to be confirmed within {} min", confirm_minutes);
  }
  return row.comment.empty() ? message : fmt::format("{} ({})", message, row.comment);
}

// The one certificate that `id` or its beginning names.
Result<std::string> find_certificate(const Certificates& certificates, std::string_view id) {
  const auto at = certificates.lower_bound(std::string(id));
  if (id.size() < kMinPrefix || at == certificates.end() || !at->first.starts_with(id)) {
    return Status(Code::kNotFound, fmt::format("no imported certificate {} in the candidate", id));
  }
  const auto next = std::next(at);
  if (next != certificates.end() && next->first.starts_with(id)) {
    return Status(Code::kInvalidArgument,
                  fmt::format("more than one certificate begins with {}", id));
  }
  return at->first;
}

// Differences of everything that a configuration holds, the policy first.
std::string diff_of(const Configuration& a, const Configuration& b, const std::string& from,
                    const std::string& to) {
  std::string out = text_diff(a.policy, b.policy, from + "/policy", to + "/policy");
  const auto each = [&](const std::map<std::string, std::string>& before,
                        const std::map<std::string, std::string>& after,
                        const std::string& folder) {
    auto names = before;
    names.insert(after.begin(), after.end());
    for (const auto& [name, unused] : names) {
      const auto old_text = before.find(name);
      const auto new_text = after.find(name);
      out += text_diff(old_text == before.end() ? "" : old_text->second,
                       new_text == after.end() ? "" : new_text->second,
                       fmt::format("{}/{}{}", from, folder, name),
                       fmt::format("{}/{}{}", to, folder, name));
    }
  };
  each(a.files, b.files, "files/");
  each(a.certificates, b.certificates, "certificates/");
  return out;
}

}  // namespace

Result<std::unique_ptr<Manager>> Manager::open(const std::string& path, const Clock& clock,
                                               events::EventHub* hub) {
  auto store = Store::open(path);
  if (!store) {
    return store.status();
  }
  return std::unique_ptr<Manager>(new Manager(std::move(store).value(), clock, hub));
}

Status Manager::start(const Configuration& initial, Apply apply) {
  apply_ = std::move(apply);
  if (store_->active() == 0) {
    const auto first =
        put_in_force(initial, {.origin = Origin::kInitial, .user = kSelf, .comment = {}});
    return first ? Status::ok() : first.status();
  }
  const auto& unconfirmed = store_->unconfirmed();
  if (unconfirmed && overdue_at_start(*unconfirmed)) {
    return expire();
  }
  return restart();
}

// Puts the version in force that was in force when the process ended.
Status Manager::restart() {
  const uint32_t number = store_->active();
  const auto configuration = store_->configuration(number);
  if (!configuration) {
    return configuration.status();
  }
  const Compiled compiled = compile(*configuration, number, clock_.wall_ms());
  Status done = compiled.active == nullptr ? compiled.status() : apply_(compiled.active);
  if (!done) {
    return {done.code(), fmt::format("configuration version {}: {}", number, done.message())};
  }
  active_ = compiled.active;
  if (const auto& unconfirmed = store_->unconfirmed()) {
    const int64_t left = unconfirmed->deadline_ms - clock_.wall_ms();
    deadline_ns_ = clock_.monotonic_ns() + static_cast<uint64_t>(left) * kNsOfMs;
  }
  return Status::ok();
}

bool Manager::overdue_at_start(const Unconfirmed& unconfirmed) const {
  const int64_t now = clock_.wall_ms();
  return now >= unconfirmed.deadline_ms || now < unconfirmed.since_ms;
}

void Manager::tick() {
  if (!deadline_ns_ || clock_.monotonic_ns() < *deadline_ns_) {
    return;
  }
  if (Status done = expire(); !done) {
    deadline_ns_ = clock_.monotonic_ns() + kRetryMs * kNsOfMs;
    spdlog::error("configuration version {} was not confirmed and cannot be taken back: {}",
                  store_->active(), done.message());
  }
}

// Brings the fallback back.
Status Manager::expire() {
  const uint32_t back = store_->unconfirmed()->fallback;
  const auto configuration = store_->configuration(back);
  if (!configuration) {
    return configuration.status();
  }
  const auto done = put_in_force(
      *configuration, {.origin = Origin::kExpiry,
                       .of = back,
                       .user = kSelf,
                       .comment = fmt::format("version {} was not confirmed", store_->active())});
  return done ? Status::ok() : done.status();
}

Result<uint32_t> Manager::put_in_force(const Configuration& configuration, const Change& change) {
  const auto number = store_->next_number();
  if (!number) {
    return number.status();
  }
  const int64_t now = clock_.wall_ms();
  const Compiled compiled = compile(configuration, *number, now);
  if (compiled.active == nullptr) {
    return compiled.status();
  }
  const auto waiting_now = store_->unconfirmed();
  const VersionRow row{*number,
                       now,
                       change.origin,
                       store_->active(),
                       change.of,
                       cut(change.user, kMaxUserBytes),
                       cut(change.comment, kMaxCommentBytes),
                       true};
  if (Status reserved = store_->reserve(row, configuration); !reserved) {
    return reserved;
  }
  if (Status applied = apply_(compiled.active); !applied) {
    (void)store_->withdraw(*number);  // else it stays as interrupted, which is true as well
    tell(store_->active(), row.user,
         fmt::format("configuration version {} could not be put in force: {}", *number,
                     applied.message()));
    return applied;
  }
  std::optional<Unconfirmed> unconfirmed;
  if (change.confirm_minutes > 0) {
    unconfirmed = Unconfirmed{waiting_now ? waiting_now->fallback : store_->active(), now,
                              now + change.confirm_minutes * kMsOfMinute};
  }
  if (Status stored = store_->activate(*number, unconfirmed, change.origin == Origin::kCommit);
      !stored) {
    return fall_back(*number, stored);
  }
  active_ = compiled.active;
  deadline_ns_.reset();
  if (unconfirmed) {
    deadline_ns_ = clock_.monotonic_ns() +
                   static_cast<uint64_t>(change.confirm_minutes * kMsOfMinute) * kNsOfMs;
  }
  tell(*number, row.user, message_of(row, change.confirm_minutes));
  return *number;
}

// The one before again, because the store could not say that the new one is in force.
Status Manager::fall_back(uint32_t number, const Status& why) {
  if (active_ != nullptr) {
    if (Status undone = apply_(active_); !undone) {
      spdlog::critical("configuration version {} is in force though it is not stored: {}", number,
                       undone.message());
    }
  }
  return why;
}

void Manager::tell(uint32_t version, const std::string& user, const std::string& message) const {
  spdlog::info("{}, by {}", message, user);
  if (hub_ == nullptr) {
    return;
  }
  events::Event event;
  event.type = events::EventType::kConfigurationChange;
  event.source.user = user;
  event.transaction.configuration_version = version;
  event.inspection.message = message;
  hub_->publish(std::move(event));
}

Result<Overview> Manager::overview() const {
  auto row = store_->row(store_->active());
  if (!row) {
    return row.status();
  }
  Overview out;
  out.active = std::move(row).value();
  out.unconfirmed = store_->unconfirmed();
  const uint64_t now = clock_.monotonic_ns();
  if (deadline_ns_ && *deadline_ns_ > now) {
    out.confirm_left_ms = (*deadline_ns_ - now) / kNsOfMs;
  }
  const auto candidate = store_->candidate();
  if (!candidate) {
    return candidate.status();
  }
  if (const std::optional<Candidate>& edited = *candidate) {
    out.candidate =
        CandidateInfo{edited->based_on, edited->revision, edited->user, edited->time_ms};
  }
  return out;
}

Result<Candidate> Manager::candidate() const {
  auto stored = store_->candidate();
  if (!stored) {
    return stored.status();
  }
  if (stored->has_value()) {
    return std::move(stored).value().value();
  }
  return Candidate{active_->configuration, active_->version, 0, {}, 0};
}

Result<uint64_t> Manager::edit(const Configuration& configuration, const std::string& user,
                               std::optional<uint64_t> revision) {
  if (Status within = check_limits(configuration); !within) {
    return within;
  }
  const auto now = candidate();
  if (!now) {
    return now.status();
  }
  if (revision && *revision != now->revision) {
    return Status(Code::kAlreadyExists,
                  "the candidate was edited by somebody else meanwhile: look at `vitrine diff`");
  }
  return store_->set_candidate(
      {configuration, now->based_on, 0, cut(user, kMaxUserBytes), clock_.wall_ms()});
}

Result<uint64_t> Manager::load(const Configuration& configuration, const std::string& user,
                               std::optional<uint64_t> revision) {
  return edit(configuration, user, revision);
}

Result<uint64_t> Manager::load_policy(std::string text, std::map<std::string, std::string> files,
                                      const std::string& user, std::optional<uint64_t> revision) {
  auto now = candidate();
  if (!now) {
    return now.status();
  }
  now->configuration.policy = std::move(text);
  now->configuration.files = std::move(files);
  return edit(now->configuration, user, revision);
}

Result<uint64_t> Manager::insert_rule(const RuleEdit& asked, const std::string& user) {
  auto now = candidate();
  if (!now) {
    return now.status();
  }
  auto text = policy::insert_rule(now->configuration.policy, asked.list, asked.place, asked.anchor,
                                  asked.rule);
  if (!text) {
    return text.status();
  }
  now->configuration.policy = std::move(text).value();
  return edit(now->configuration, user, now->revision);
}

Result<uint64_t> Manager::remove_rule(const std::string& list, const std::string& name,
                                      const std::string& user) {
  auto now = candidate();
  if (!now) {
    return now.status();
  }
  auto text = policy::remove_rule(now->configuration.policy, list, name);
  if (!text) {
    return text.status();
  }
  now->configuration.policy = std::move(text).value();
  return edit(now->configuration, user, now->revision);
}

Result<std::vector<std::string>> Manager::add_certificates(Bytes file, const std::string& user) {
  const auto read = read_certificates(file);
  if (!read) {
    return read.status();
  }
  auto now = candidate();
  if (!now) {
    return now.status();
  }
  std::vector<std::string> added;
  for (const auto& [id, pem] : *read) {
    if (now->configuration.certificates.emplace(id, pem).second) {
      added.push_back(id);
    }
  }
  if (added.empty()) {
    return Status(Code::kAlreadyExists, "already in the candidate");
  }
  const auto edited = edit(now->configuration, user, now->revision);
  return edited ? Result<std::vector<std::string>>(std::move(added)) : edited.status();
}

Status Manager::remove_certificate(std::string_view id, const std::string& user) {
  auto now = candidate();
  if (!now) {
    return now.status();
  }
  const auto found = find_certificate(now->configuration.certificates, id);
  if (!found) {
    return found.status();
  }
  now->configuration.certificates.erase(*found);
  const auto edited = edit(now->configuration, user, now->revision);
  return edited ? Status::ok() : edited.status();
}

Status Manager::discard_candidate() { return store_->drop_candidate(); }

Result<Compiled> Manager::check() const {
  const auto now = candidate();
  if (!now) {
    return now.status();
  }
  const auto number = store_->next_number();
  if (!number) {
    return number.status();
  }
  return compile(now->configuration, *number, clock_.wall_ms());
}

Result<std::string> Manager::diff(std::optional<uint32_t> from, std::optional<uint32_t> to) const {
  const auto content = [this](std::optional<uint32_t> number) -> Result<Configuration> {
    if (number) {
      return configuration(*number);
    }
    auto edited = candidate();
    return edited ? Result<Configuration>(std::move(edited->configuration)) : edited.status();
  };
  const auto name = [](std::optional<uint32_t> number) {
    return number ? std::to_string(*number) : std::string("candidate");
  };
  const auto before = content(from);
  const auto after = content(to);
  if (!before || !after) {
    return before ? after.status() : before.status();
  }
  return diff_of(*before, *after, name(from), name(to));
}

Result<uint32_t> Manager::commit(const CommitRequest& request) {
  if (request.confirm_minutes > kMaxConfirmMinutes) {
    return Status(Code::kInvalidArgument,
                  fmt::format("confirmation within 1 to {} minutes", kMaxConfirmMinutes));
  }
  if (store_->unconfirmed()) {
    return waiting(store_->active());
  }
  const auto now = candidate();
  if (!now) {
    return now.status();
  }
  if (now->configuration == active_->configuration) {
    return nothing_to_commit();
  }
  return put_in_force(now->configuration, {.origin = Origin::kCommit,
                                           .confirm_minutes = request.confirm_minutes,
                                           .user = request.user,
                                           .comment = request.comment});
}

Result<uint32_t> Manager::replace_policy(std::string text, std::map<std::string, std::string> files,
                                         const CommitRequest& request) {
  if (store_->unconfirmed()) {
    return waiting(store_->active());
  }
  Configuration next = active_->configuration;
  next.policy = std::move(text);
  next.files = std::move(files);
  if (next == active_->configuration) {
    return nothing_to_commit();
  }
  if (Status within = check_limits(next); !within) {
    return within;
  }
  return put_in_force(next,
                      {.origin = Origin::kFile, .user = request.user, .comment = request.comment});
}

Status Manager::confirm(const std::string& user) {
  if (!store_->unconfirmed()) {
    return {Code::kNotFound, "nothing waits for confirmation"};
  }
  if (Status done = store_->confirm(); !done) {
    return done;
  }
  deadline_ns_.reset();
  tell(store_->active(), user,
       fmt::format("configuration version {}: confirmed", store_->active()));
  return Status::ok();
}

Result<uint32_t> Manager::rollback(uint32_t number, const CommitRequest& request) {
  const auto row = store_->row(number);
  if (!row) {
    return row.status();
  }
  if (!row->was_in_force) {
    return Status(Code::kInvalidArgument, fmt::format("version {} was never in force", number));
  }
  if (number == store_->active()) {
    return Status(Code::kAlreadyExists, fmt::format("version {} is in force", number));
  }
  const auto configuration = store_->configuration(number);
  if (!configuration) {
    return configuration.status();
  }
  return put_in_force(*configuration, {.origin = Origin::kRollback,
                                       .of = number,
                                       .confirm_minutes = request.confirm_minutes,
                                       .user = request.user,
                                       .comment = request.comment});
}

}  // namespace vitrine::config
