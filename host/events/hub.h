// Where the rest of the appliance says what happened: one call, every sink.
//
//   auto hub = EventHub::open({.state_dir = "/var/lib/vitrine"});
//   EventId id = hub->publish(std::move(event));
//   hub->log().alert(AlertDirection::kReceived, Leg::kServer, 0x228, session);
//
// Sinks: the store (STATE/events.db), EVE (STATE/eve.json), the log (STATE/tls_proxy.log), live
// subscribers. publish() and log() never touch a disk: they fill a bounded queue that one thread
// drains in batches; what does not fit is counted (stats().lost) and gone. Order is kept within and
// between sinks. Threads: every member may be called from any thread; subscribers are called on the
// writer thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/events/event.h"
#include "host/events/log_format.h"
#include "host/events/query.h"

namespace vitrine::events {

struct HubOptions {
  std::string state_dir = {};
  std::string device_name = {};  // empty: the host name
  std::string device_type = "Vitrine";
  uint64_t max_events = 100'000;       // the store prunes the oldest
  size_t queue_capacity = 8192;        // events and log lines waiting for the disk
  uint64_t max_log_bytes = 16U << 20;  // of tls_proxy.log and of eve.json, each; then they rotate
  unsigned kept_logs = 4;              // rotated files: NAME.1 (newest) …
};

struct HubStats {
  uint64_t published = 0;
  uint64_t lost = 0;            // events and log lines that found the queue full
  uint64_t write_failures = 0;  // batches that a sink could not write
  uint64_t stored = 0;          // events in the store now
};

class EventHub;

// tls_proxy.log. Cheap to copy; valid as long as the hub.
class TlsProxyLog {
 public:
  explicit TlsProxyLog(EventHub& hub) : hub_(&hub) {}
  // `session` is the event's Connection ID. Text of the alert comes from its code.
  void alert(AlertDirection direction, Leg leg, uint16_t code, uint64_t session);
  void problem(std::string_view library_error, Leg leg, uint64_t session);
  // Three lines: failure, subject, issuer.
  void verify_failure(std::string_view text, int code, int depth, std::string_view subject,
                      std::string_view issuer);

 private:
  EventHub* hub_;
};

class EventHub {
 public:
  using SubscriptionId = uint64_t;
  // Called on the writer thread, in order of id; must not block.
  using Subscriber = std::function<void(const std::shared_ptr<const Event>&)>;

  // A store that is damaged is set aside (events.db.damaged) and a new one begun.
  // The clock must outlive the hub.
  static Result<std::unique_ptr<EventHub>> open(HubOptions options,
                                                const Clock& clock = Clock::system());
  // Writes what is queued, then stops.
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  // Gives id and time, fills total bytes, device and advice, and hands it to every sink.
  // 0: the queue was full, and the event is counted as lost.
  EventId publish(Event event);
  // Of the configuration in force: for events whose publisher does not say which one it was.
  void set_configuration_version(uint64_t version);
  TlsProxyLog log() { return TlsProxyLog(*this); }
  void log_line(LogLevel level, std::string_view message);

  // Waits until all that was published before is written.
  void flush();
  // Opens the log files anew by name (after an outside rotation; SIGHUP).
  void reopen();

  // From the store: what was published a moment ago may not be there yet; flush() first to be sure.
  Result<std::vector<Event>> query(const EventQuery& query) const;
  Result<std::vector<ValueCount>> count_by(const EventQuery& query, const FieldName& by) const;
  Result<Event> get(EventId id) const;
  HubStats stats() const;

  SubscriptionId subscribe(Subscriber subscriber);
  // After it returns the subscriber is not called again. Not from within a subscriber.
  void unsubscribe(SubscriptionId id);

 private:
  struct Impl;
  explicit EventHub(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitrine::events
