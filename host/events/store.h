// The event store: one SQLite file (WAL), bounded by a number of events, the oldest pruned first.
//
// What is searched for (id, time, type, cause, addresses, host) is columns with indexes; the whole
// event is its JSON (json.h). append() and the reading members use a connection each. Threads:
// append() from one thread; the others from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/events/event.h"
#include "host/events/query.h"
#include "host/events/sqlite.h"

namespace vitrine::events {

class EventStore {
 public:
  // kMalformed where the file is damaged or no database; kUnsupported where a later version made
  // it.
  static Result<std::unique_ptr<EventStore>> open(const std::string& path, uint64_t max_events);
  // As open(), but a damaged file is renamed to PATH.damaged, and `set_aside` says why (else
  // empty).
  static Result<std::unique_ptr<EventStore>> open_or_replace(const std::string& path,
                                                             uint64_t max_events,
                                                             std::string& set_aside);

  // All or none, in one transaction; prunes.
  Status append(std::span<const std::shared_ptr<const Event>> events);

  // Oldest first. A row that no longer parses is left out.
  Result<std::vector<Event>> query(const EventQuery& query) const;
  // The most frequent values of a field among the events that match, at most query.limit of them;
  // equal ones by value.
  Result<std::vector<ValueCount>> count_by(const EventQuery& query, const FieldName& by) const;
  Result<Event> get(EventId id) const;
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  // The highest id ever stored; 0 for none.
  EventId last_id() const { return last_id_.load(std::memory_order_relaxed); }

 private:
  EventStore(Database writer, Database reader, uint64_t max_events)
      : writer_(std::move(writer)), reader_(std::move(reader)), max_events_(max_events) {}
  Status prepare();
  Status load_totals();
  Status insert(const Event& event);
  Status prune(uint64_t count);

  Database writer_;
  Statement insert_;
  Statement prune_;
  mutable std::mutex reader_mutex_;
  Database reader_;
  mutable Statement get_;
  uint64_t max_events_;
  std::atomic<uint64_t> count_ = 0;
  std::atomic<EventId> last_id_ = 0;
};

}  // namespace vitrine::events
