#include "host/events/sinks.h"

#include "host/events/eve.h"

namespace vitrine::events {

Result<std::unique_ptr<Sinks>> Sinks::open(const SinkFiles& files, std::string& set_aside) {
  auto store = EventStore::open_or_replace(files.store, files.max_events, set_aside);
  if (!store) {
    return store.status();
  }
  auto eve = RotatingFile::open(files.eve, files.max_log_bytes, files.kept_logs);
  if (!eve) {
    return eve.status();
  }
  auto log = RotatingFile::open(files.log, files.max_log_bytes, files.kept_logs);
  if (!log) {
    return log.status();
  }
  std::unique_ptr<Sinks> sinks(new Sinks);
  sinks->store_ = std::move(store).value();
  sinks->eve_ = std::move(eve).value();
  sinks->log_ = std::move(log).value();
  return sinks;
}

std::vector<Status> Sinks::write(const std::vector<std::shared_ptr<const Event>>& events,
                                 const std::vector<std::string>& log_lines) {
  std::vector<Status> failures;
  const auto note = [&failures](Status status) {
    if (!status) {
      failures.push_back(std::move(status));
    }
  };
  note(store_->append(events));
  std::string text;
  for (const auto& event : events) {
    text += format_eve(*event);
    text += '\n';
  }
  if (!text.empty()) {
    note(eve_->append(text));
  }
  text.clear();
  for (const std::string& line : log_lines) {
    text += line;
    text += '\n';
  }
  if (!text.empty()) {
    note(log_->append(text));
  }
  return failures;
}

Status Sinks::reopen() {
  Status eve = eve_->reopen();
  Status log = log_->reopen();
  return eve ? log : eve;
}

}  // namespace vitrine::events
