#include "host/config/store.h"

#include <array>
#include <functional>
#include <variant>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace vitrine::config {
namespace {

namespace json = boost::json;
using events::Database;
using events::Statement;

constexpr int64_t kSchemaVersion = 1;

// `state` has one row; `fallback` 0: nothing waits for confirmation.
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS version (
  number INTEGER PRIMARY KEY,
  time_ms INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  from_number INTEGER NOT NULL,
  of_number INTEGER NOT NULL,
  user TEXT NOT NULL,
  comment TEXT NOT NULL,
  in_force INTEGER NOT NULL,
  digest TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS candidate (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  based_on INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  user TEXT NOT NULL,
  digest TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  active INTEGER NOT NULL,
  last_number INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  fallback INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  deadline_ms INTEGER NOT NULL);
INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0, 0, 0, 0);
PRAGMA user_version = 1;
COMMIT;
)sql";

constexpr auto kOriginNames =
    std::to_array<std::string_view>({"initial", "commit", "rollback", "expiry", "file"});

using Value = std::variant<int64_t, std::string_view>;

// A statement with its parameters bound, in order.
Result<Statement> bound(const Database& database, std::string_view sql,
                        std::initializer_list<Value> values) {
  auto statement = database.prepare(sql);
  if (!statement) {
    return statement.status();
  }
  int index = 0;
  for (const Value& value : values) {
    ++index;
    std::visit([&](const auto& v) { statement->bind(index, v); }, value);
  }
  return statement;
}

Status run(const Database& database, std::string_view sql, std::initializer_list<Value> values) {
  auto statement = bound(database, sql, values);
  if (!statement) {
    return statement.status();
  }
  const auto done = statement->step();
  return done ? Status::ok() : done.status();
}

std::string digest_of(std::string_view body) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
  std::string text;
  for (const unsigned char byte : digest) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

Status damaged(std::string_view what) {
  return {Code::kMalformed, fmt::format("the configuration store is damaged: {}", what)};
}

Result<Configuration> read_body(std::string_view what, std::string_view body,
                                std::string_view digest) {
  if (digest_of(body) != digest) {
    return damaged(fmt::format("{} does not have its digest", what));
  }
  return configuration_from_text(body);
}

Result<VersionRow> read_row(const Statement& row) {
  const int64_t origin = row.number(2);
  if (origin < 0 || origin >= static_cast<int64_t>(kOriginNames.size())) {
    return damaged("a version of unknown origin");
  }
  VersionRow out;
  out.number = static_cast<uint32_t>(row.number(0));
  out.time_ms = row.number(1);
  out.origin = static_cast<Origin>(origin);
  out.from = static_cast<uint32_t>(row.number(3));
  out.of = static_cast<uint32_t>(row.number(4));
  out.user = row.text(5);
  out.comment = row.text(6);
  out.was_in_force = row.number(7) != 0;
  return out;
}

constexpr std::string_view kRowColumns =
    "number, time_ms, origin, from_number, of_number, user, comment, in_force";

Status no_version(uint32_t number) {
  return {Code::kNotFound, fmt::format("there is no version {}: see `vitrine history`", number)};
}

}  // namespace

std::string_view origin_name(Origin origin) { return kOriginNames[static_cast<size_t>(origin)]; }

Result<std::unique_ptr<Store>> Store::open(const std::string& path, StoreLimits limits) {
  auto database = Database::open(path);
  if (!database) {
    return database.status();
  }
  std::unique_ptr<Store> store(new Store(std::move(database).value(), limits));
  if (Status status = store->set_up(path); !status) {
    return status;
  }
  if (Status status = store->load_state(); !status) {
    return status;
  }
  return store;
}

Status Store::set_up(const std::string& path) {
  auto version = bound(database_, "PRAGMA user_version", {});
  const auto row = version ? version->step() : Result<bool>(version.status());
  if (!row) {
    return row.status();
  }
  if (version->number(0) > kSchemaVersion) {
    return {Code::kUnsupported,
            fmt::format("{}: version {}, made by a later release", path, version->number(0))};
  }
  auto whole = bound(database_, "PRAGMA integrity_check(1)", {});
  const auto checked = whole ? whole->step() : Result<bool>(whole.status());
  if (!checked) {
    return checked.status();
  }
  if (!*checked || whole->text(0) != "ok") {
    return damaged(fmt::format("{}: {}", path, *checked ? whole->text(0) : "unreadable"));
  }
  whole = Statement();
  version = Statement();
  if (Status status = database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                        "PRAGMA journal_size_limit = 67108864;");
      !status) {
    return status;
  }
  return database_.execute(kSchema);
}

Status Store::load_state() {
  auto state = bound(database_, "SELECT active, fallback, since_ms, deadline_ms FROM state", {});
  if (!state) {
    return state.status();
  }
  const auto there = state->step();
  if (!there) {
    return there.status();
  }
  if (!*there) {
    return damaged("it has no state");
  }
  active_ = static_cast<uint32_t>(state->number(0));
  unconfirmed_.reset();
  if (state->number(1) != 0) {
    unconfirmed_ =
        Unconfirmed{static_cast<uint32_t>(state->number(1)), state->number(2), state->number(3)};
  }
  if (active_ == 0) {
    return Status::ok();
  }
  for (const uint32_t number : {active_, unconfirmed_ ? unconfirmed_->fallback : active_}) {
    if (const auto row = configuration(number); !row) {
      return damaged(fmt::format("version {}: {}", number, row.status().message()));
    }
  }
  return Status::ok();
}

Status Store::in_transaction(const std::function<Status()>& work) {
  if (Status begun = database_.execute("BEGIN IMMEDIATE"); !begun) {
    return begun;
  }
  Status status = work();
  if (status) {
    status = database_.execute("COMMIT");
  }
  if (!status) {
    (void)database_.execute("ROLLBACK");  // the first error is the one to tell
  }
  return status;
}

Result<uint32_t> Store::next_number() const {
  auto last = bound(database_, "SELECT last_number FROM state", {});
  if (!last) {
    return last.status();
  }
  const auto there = last->step();
  if (!there) {
    return there.status();
  }
  if (last->number(0) >= UINT32_MAX) {
    return Status(Code::kExhausted, "no version number is left");
  }
  return static_cast<uint32_t>(last->number(0)) + 1;
}

Result<VersionRow> Store::row(uint32_t number) const {
  auto found = bound(database_, fmt::format("SELECT {} FROM version WHERE number = ?", kRowColumns),
                     {int64_t{number}});
  if (!found) {
    return found.status();
  }
  const auto there = found->step();
  if (!there || !*there) {
    return there ? no_version(number) : there.status();
  }
  return read_row(*found);
}

Result<Configuration> Store::configuration(uint32_t number) const {
  auto found =
      bound(database_, "SELECT body, digest FROM version WHERE number = ?", {int64_t{number}});
  if (!found) {
    return found.status();
  }
  const auto there = found->step();
  if (!there || !*there) {
    return there ? no_version(number) : there.status();
  }
  return read_body(fmt::format("version {}", number), found->text(0), found->text(1));
}

Result<std::vector<VersionRow>> Store::history(uint32_t limit) const {
  auto found = bound(
      database_, fmt::format("SELECT {} FROM version ORDER BY number DESC LIMIT ?", kRowColumns),
      {int64_t{limit}});
  if (!found) {
    return found.status();
  }
  std::vector<VersionRow> rows;
  while (true) {
    const auto there = found->step();
    if (!there) {
      return there.status();
    }
    if (!*there) {
      return rows;
    }
    auto row = read_row(*found);
    if (!row) {
      return row.status();
    }
    rows.push_back(std::move(row).value());
  }
}

Status Store::reserve(const VersionRow& row, const Configuration& configuration) {
  const std::string body = json::serialize(to_json(configuration));
  return in_transaction([&] {
    Status written =
        run(database_, "INSERT INTO version VALUES (?,?,?,?,?,?,?,0,?,?)",
            {int64_t{row.number}, row.time_ms, static_cast<int64_t>(row.origin), int64_t{row.from},
             int64_t{row.of}, row.user, row.comment, digest_of(body), body});
    return written ? run(database_, "UPDATE state SET last_number = ?", {int64_t{row.number}})
                   : written;
  });
}

Status Store::activate(uint32_t number, std::optional<Unconfirmed> unconfirmed,
                       bool drop_candidate) {
  const Unconfirmed waiting = unconfirmed.value_or(Unconfirmed{});
  Status done = in_transaction([&] {
    Status status =
        run(database_, "UPDATE version SET in_force = 1 WHERE number = ?", {int64_t{number}});
    if (status) {
      status =
          run(database_, "UPDATE state SET active = ?, fallback = ?, since_ms = ?, deadline_ms = ?",
              {int64_t{number}, int64_t{waiting.fallback}, waiting.since_ms, waiting.deadline_ms});
    }
    if (status && drop_candidate) {
      status = run(database_, "DELETE FROM candidate", {});
    }
    return status;
  });
  if (!done) {
    return done;
  }
  active_ = number;
  unconfirmed_ = unconfirmed;
  (void)prune();  // what is too much now goes with the next commit
  return Status::ok();
}

Status Store::withdraw(uint32_t number) {
  return in_transaction([&] {
    Status status =
        run(database_, "DELETE FROM version WHERE number = ? AND in_force = 0", {int64_t{number}});
    return status ? run(database_, "UPDATE state SET last_number = ? WHERE last_number = ?",
                        {int64_t{number} - 1, int64_t{number}})
                  : status;
  });
}

Status Store::confirm() {
  Status done = in_transaction([&] {
    return run(database_, "UPDATE state SET fallback = 0, since_ms = 0, deadline_ms = 0", {});
  });
  if (done) {
    unconfirmed_.reset();
  }
  return done;
}

Result<std::optional<Candidate>> Store::candidate() const {
  auto found =
      bound(database_,
            "SELECT body, digest, based_on, time_ms, user, revision FROM candidate, state", {});
  if (!found) {
    return found.status();
  }
  const auto there = found->step();
  if (!there) {
    return there.status();
  }
  if (!*there) {
    return std::optional<Candidate>();
  }
  auto configuration = read_body("the candidate", found->text(0), found->text(1));
  if (!configuration) {
    return configuration.status();
  }
  Candidate out;
  out.configuration = std::move(configuration).value();
  out.based_on = static_cast<uint32_t>(found->number(2));
  out.time_ms = found->number(3);
  out.user = found->text(4);
  out.revision = static_cast<uint64_t>(found->number(5));
  return std::optional<Candidate>(std::move(out));
}

Result<uint64_t> Store::set_candidate(const Candidate& candidate) {
  const std::string body = json::serialize(to_json(candidate.configuration));
  Status done = in_transaction([&] {
    Status status = run(
        database_, "INSERT OR REPLACE INTO candidate VALUES (1,?,?,?,?,?)",
        {int64_t{candidate.based_on}, candidate.time_ms, candidate.user, digest_of(body), body});
    return status ? run(database_, "UPDATE state SET revision = revision + 1", {}) : status;
  });
  if (!done) {
    return done;
  }
  const auto written = this->candidate();
  if (!written) {
    return written.status();
  }
  return written->value().revision;
}

Status Store::drop_candidate() {
  return in_transaction([&] {
    Status status = run(database_, "DELETE FROM candidate", {});
    return status ? run(database_, "UPDATE state SET revision = revision + 1", {}) : status;
  });
}

// Never the one in force, nor the one that may come back.
Status Store::prune() {
  return run(database_,
             "DELETE FROM version WHERE number IN (SELECT number FROM (SELECT number,"
             " row_number() OVER newest AS place, sum(length(body)) OVER newest AS bytes"
             " FROM version WINDOW newest AS (ORDER BY number DESC))"
             " WHERE place > ? OR bytes > ?) AND number NOT IN (?, ?)",
             {int64_t{limits_.versions}, static_cast<int64_t>(limits_.bytes), int64_t{active_},
              int64_t{unconfirmed_ ? unconfirmed_->fallback : active_}});
}

}  // namespace vitrine::config
