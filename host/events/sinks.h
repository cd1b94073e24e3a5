// The three files an event or a log line ends in: store, EVE, tls_proxy.log. Written by one thread,
// in batches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/events/event.h"
#include "host/events/rotating_file.h"
#include "host/events/store.h"

namespace vitrine::events {

struct SinkFiles {
  std::string store;
  std::string eve;
  std::string log;
  uint64_t max_events = 0;
  uint64_t max_log_bytes = 0;
  unsigned kept_logs = 0;
};

class Sinks {
 public:
  // `set_aside`: as EventStore::open_or_replace().
  static Result<std::unique_ptr<Sinks>> open(const SinkFiles& files, std::string& set_aside);

  // A failure of one sink does not keep the others from writing; every failure is returned.
  std::vector<Status> write(const std::vector<std::shared_ptr<const Event>>& events,
                            const std::vector<std::string>& log_lines);
  Status reopen();

  const EventStore& store() const { return *store_; }

 private:
  Sinks() = default;

  std::unique_ptr<EventStore> store_;
  std::unique_ptr<RotatingFile> eve_;
  std::unique_ptr<RotatingFile> log_;
};

}  // namespace vitrine::events
