#include "host/events/store.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <variant>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "host/events/json.h"
#include "host/events/json_text.h"

namespace vitrine::events {
namespace {

namespace json = boost::json;

constexpr int64_t kSchemaVersion = 1;

constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY,
  time_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  cause TEXT NOT NULL,
  source_ip TEXT NOT NULL,
  destination_ip TEXT NOT NULL,
  host TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_time ON events (time_ms);
CREATE INDEX IF NOT EXISTS events_by_type ON events (type, id);
CREATE INDEX IF NOT EXISTS events_by_cause ON events (cause, id);
CREATE INDEX IF NOT EXISTS events_by_source ON events (source_ip, id);
CREATE INDEX IF NOT EXISTS events_by_destination ON events (destination_ip, id);
CREATE INDEX IF NOT EXISTS events_by_host ON events (host, id);
PRAGMA user_version = 1;
COMMIT;
)sql";

// The single number that `sql` gives.
Result<int64_t> number_from(const Database& database, std::string_view sql) {
  auto statement = database.prepare(sql);
  if (!statement) {
    return statement.status();
  }
  const auto row = statement->step();
  if (!row) {
    return row.status();
  }
  return *row ? statement->number(0) : 0;
}

Status check_whole(const Database& database) {
  auto statement = database.prepare("PRAGMA quick_check(1)");
  if (!statement) {
    return statement.status();
  }
  const auto row = statement->step();
  if (!row) {
    return row.status();
  }
  if (!*row || statement->text(0) != "ok") {
    return {Code::kMalformed, fmt::format("events: {}", *row ? statement->text(0) : "unreadable")};
  }
  return Status::ok();
}

Status set_up(Database& database) {
  if (Status status = check_whole(database); !status) {
    return status;
  }
  const auto version = number_from(database, "PRAGMA user_version");
  if (!version) {
    return version.status();
  }
  if (*version > kSchemaVersion) {
    return {Code::kUnsupported,
            fmt::format("the event store has version {}, made by a later release", *version)};
  }
  if (Status status =
          database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                           "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192;"
                           "PRAGMA journal_size_limit = 67108864;");
      !status) {
    return status;
  }
  return database.execute(kSchema);
}

Result<Event> event_from_body(std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error) {
    return Status(Code::kMalformed, "event: " + error.message());
  }
  return event_from_json(value);
}

// The WHERE clause of a query and the values of its parameters, in order.
struct Filter {
  std::string where = "1";
  std::vector<std::variant<int64_t, std::string>> values;

  void add(std::string_view condition, std::variant<int64_t, std::string> value) {
    where += fmt::format(" AND {}", condition);
    values.push_back(std::move(value));
  }
};

Filter filter_of(const EventQuery& query) {
  Filter filter;
  if (query.after_id > 0) {
    filter.add("id > ?", static_cast<int64_t>(query.after_id));
  }
  if (query.since_ms > 0) {
    filter.add("time_ms >= ?", query.since_ms);
  }
  if (query.type) {
    filter.add("type = ?", std::string(text_of(*query.type).code));
  }
  if (query.cause) {
    filter.add("cause = ?", std::string(text_of(*query.cause).code));
  }
  if (query.source_ip) {
    filter.add("source_ip = ?", *query.source_ip);
  }
  if (query.destination_ip) {
    filter.add("destination_ip = ?", *query.destination_ip);
  }
  if (query.host) {
    filter.add("host = ?", *query.host);
  }
  for (const FieldFilter& field : query.fields) {
    filter.add(field.field.sql() + " = ?", field.value);
  }
  filter.values.emplace_back(static_cast<int64_t>(std::min(query.limit, EventQuery::kMaxLimit)));
  return filter;
}

// `sql` has the place of the filter's conditions as "{}"; its values are bound.
Result<Statement> search(const Database& database, std::string_view sql, const Filter& filter) {
  auto statement = database.prepare(fmt::format(fmt::runtime(sql), filter.where));
  if (statement) {
    int index = 1;
    for (const auto& value : filter.values) {
      std::visit([&](const auto& v) { statement->bind(index, v); }, value);
      ++index;
    }
  }
  return statement;
}

}  // namespace

Result<std::unique_ptr<EventStore>> EventStore::open(const std::string& path, uint64_t max_events) {
  auto writer = Database::open(path);
  if (!writer) {
    return writer.status();
  }
  if (Status status = set_up(*writer); !status) {
    return status;
  }
  auto reader = Database::open(path);
  if (!reader) {
    return reader.status();
  }
  std::unique_ptr<EventStore> store(new EventStore(
      std::move(writer).value(), std::move(reader).value(), std::max<uint64_t>(max_events, 1)));
  if (Status status = store->prepare(); !status) {
    return status;
  }
  if (Status status = store->load_totals(); !status) {
    return status;
  }
  return store;
}

Result<std::unique_ptr<EventStore>> EventStore::open_or_replace(const std::string& path,
                                                                uint64_t max_events,
                                                                std::string& set_aside) {
  set_aside.clear();
  auto store = open(path, max_events);
  if (store || store.status().code() != Code::kMalformed) {
    return store;
  }
  set_aside = store.status().message();
  if (std::rename(path.c_str(), (path + ".damaged").c_str()) != 0) {
    return Status::from_errno(path + ".damaged", errno);
  }
  for (const char* suffix : {"-wal", "-shm"}) {  // belong to the damaged file
    std::remove((path + suffix).c_str());
  }
  return open(path, max_events);
}

Status EventStore::prepare() {
  auto insert = writer_.prepare("INSERT INTO events VALUES (?,?,?,?,?,?,?,?)");
  auto prune =
      writer_.prepare("DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT ?)");
  auto get = reader_.prepare("SELECT body FROM events WHERE id = ?");
  for (const Status& status : {insert.status(), prune.status(), get.status()}) {
    if (!status) {
      return status;
    }
  }
  insert_ = std::move(insert).value();
  prune_ = std::move(prune).value();
  get_ = std::move(get).value();
  return Status::ok();
}

Status EventStore::load_totals() {
  const auto count = number_from(writer_, "SELECT count(*) FROM events");
  const auto last_id = number_from(writer_, "SELECT max(id) FROM events");
  if (!count || !last_id) {
    return count ? last_id.status() : count.status();
  }
  count_ = static_cast<uint64_t>(*count);
  last_id_ = static_cast<EventId>(*last_id);
  return Status::ok();
}

Status EventStore::insert(const Event& event) {
  insert_.reset();
  insert_.bind(1, static_cast<int64_t>(event.id));
  insert_.bind(2, event.time_ms);
  insert_.bind(3, text_of(event.type).code);
  insert_.bind(4, text_of(event.inspection.cause).code);
  insert_.bind(5, event.source.ip_address);
  insert_.bind(6, event.destination.ip_address);
  insert_.bind(7, event.destination.host);
  insert_.bind(8, json_text(event));
  const auto done = insert_.step();
  insert_.reset();
  return done ? Status::ok() : done.status();
}

Status EventStore::prune(uint64_t count) {
  prune_.reset();
  prune_.bind(1, static_cast<int64_t>(count));
  const auto done = prune_.step();
  prune_.reset();
  return done ? Status::ok() : done.status();
}

Status EventStore::append(std::span<const std::shared_ptr<const Event>> events) {
  if (events.empty()) {
    return Status::ok();
  }
  if (Status status = writer_.execute("BEGIN IMMEDIATE"); !status) {
    return status;
  }
  Status status = Status::ok();
  EventId last_id = last_id_;
  for (const auto& event : events) {
    status = insert(*event);
    if (!status) {
      break;
    }
    last_id = std::max(last_id, event->id);
  }
  const uint64_t total = count_ + events.size();
  const uint64_t excess = total > max_events_ ? total - max_events_ : 0;
  if (status && excess > 0) {
    status = prune(excess);
  }
  if (status) {
    status = writer_.execute("COMMIT");
  }
  if (!status) {
    (void)writer_.execute("ROLLBACK");  // the first error is the one to tell
    return status;
  }
  count_ = total - excess;
  last_id_ = last_id;
  return status;
}

Result<std::vector<Event>> EventStore::query(const EventQuery& query) const {
  const Filter filter = filter_of(query);
  const std::lock_guard lock(reader_mutex_);
  auto statement =
      search(reader_, "SELECT body FROM events WHERE {} ORDER BY id DESC LIMIT ?", filter);
  if (!statement) {
    return statement.status();
  }
  std::vector<Event> events;
  while (true) {
    const auto row = statement->step();
    if (!row) {
      return row.status();
    }
    if (!*row) {
      break;
    }
    if (auto event = event_from_body(statement->text(0))) {
      events.push_back(std::move(event).value());
    }
  }
  std::reverse(events.begin(), events.end());
  return events;
}

Result<std::vector<ValueCount>> EventStore::count_by(const EventQuery& query,
                                                     const FieldName& by) const {
  const std::string sql = fmt::format(
      "SELECT {}, count(*) FROM events WHERE {{}} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?", by.sql());
  const std::lock_guard lock(reader_mutex_);
  auto statement = search(reader_, sql, filter_of(query));
  if (!statement) {
    return statement.status();
  }
  std::vector<ValueCount> counts;
  while (true) {
    const auto row = statement->step();
    if (!row) {
      return row.status();
    }
    if (!*row) {
      return counts;
    }
    counts.push_back(
        {std::string(statement->text(0)), static_cast<uint64_t>(statement->number(1))});
  }
}

Result<Event> EventStore::get(EventId id) const {
  const std::lock_guard lock(reader_mutex_);
  get_.reset();
  get_.bind(1, static_cast<int64_t>(id));
  const auto row = get_.step();
  if (!row) {
    return row.status();
  }
  auto event = *row ? event_from_body(get_.text(0))
                    : Result<Event>(Code::kNotFound, fmt::format("no event {}", id));
  get_.reset();
  return event;
}

}  // namespace vitrine::events
