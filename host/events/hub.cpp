// From publish() to the disk:
//  1. (any thread)     give the time; queue, which gives the id; or count it as lost
//  2. (writer thread)  take a batch, finish its events, format EVE
//  3. (writer thread)  store, EVE, log: one write each a batch
//  4. (writer thread)  subscribers, then the flush and reopen orders that came with the batch
#include "host/events/hub.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "host/events/finish.h"
#include "host/events/queue.h"
#include "host/events/sinks.h"

namespace vitrine::events {
namespace {

constexpr size_t kBatch = 512;
constexpr std::chrono::milliseconds kLinger{
    25};  // for a batch to fill; a commit costs as much as 50 events

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "vitrine";
}

}  // namespace

struct EventHub::Impl {
  Impl(HubOptions hub_options, const Clock& hub_clock, std::unique_ptr<Sinks> hub_sinks)
      : options(std::move(hub_options)),
        clock(hub_clock),
        sinks(std::move(hub_sinks)),
        queue(options.queue_capacity, sinks->store().last_id()) {}

  void run();
  void write_batch(std::vector<QueueItem> batch);
  void report(const std::vector<Status>& failures);

  const HubOptions options;
  const Clock& clock;
  const std::unique_ptr<Sinks> sinks;
  EventQueue queue;
  std::atomic<uint64_t> published = 0;
  std::atomic<uint64_t> lost = 0;
  std::atomic<uint64_t> write_failures = 0;
  std::atomic<uint64_t> configuration_version = 0;  // 0: none yet
  bool failing = false;  // writer thread; so that a full disk is told once
  std::mutex subscribers_mutex;
  std::map<SubscriptionId, Subscriber> subscribers;
  SubscriptionId next_subscription = 1;
  std::thread writer;
};

void EventHub::Impl::run() {
  while (true) {
    std::vector<QueueItem> batch = queue.take(kBatch, kLinger);
    if (batch.empty()) {
      return;
    }
    write_batch(std::move(batch));
  }
}

void EventHub::Impl::write_batch(std::vector<QueueItem> batch) {
  std::vector<std::shared_ptr<const Event>> events;
  std::vector<std::string> lines;
  std::vector<Order> orders;
  for (QueueItem& item : batch) {
    if (auto* event = std::get_if<std::shared_ptr<Event>>(&item)) {
      finish(**event, options.device_name, options.device_type);
      events.push_back(std::move(*event));
    } else if (auto* line = std::get_if<LogLine>(&item)) {
      lines.push_back(std::move(line->text));
    } else {
      orders.push_back(std::move(std::get<Order>(item)));
    }
  }
  report(sinks->write(events, lines));
  {
    const std::lock_guard lock(subscribers_mutex);
    for (const auto& event : events) {
      for (const auto& [id, subscriber] : subscribers) {
        subscriber(event);
      }
    }
  }
  for (Order& order : orders) {
    if (order.what == Order::What::kReopen) {
      if (Status status = sinks->reopen(); !status) {
        report({status});
      }
    }
    order.done.set_value();
  }
}

void EventHub::Impl::report(const std::vector<Status>& failures) {
  write_failures += failures.size();
  if (!failures.empty() && !failing) {
    spdlog::error("events are not written: {}", failures.front().to_string());
  }
  failing = !failures.empty();
}

EventHub::EventHub(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<EventHub>> EventHub::open(HubOptions options, const Clock& clock) {
  if (options.device_name.empty()) {
    options.device_name = host_name();
  }
  const std::string& dir = options.state_dir;
  const SinkFiles files{dir + "/events.db", dir + "/eve.json",     dir + "/tls_proxy.log",
                        options.max_events, options.max_log_bytes, options.kept_logs};
  std::string set_aside;
  auto sinks = Sinks::open(files, set_aside);
  if (!sinks) {
    return sinks.status();
  }
  std::unique_ptr<EventHub> hub(
      new EventHub(std::make_unique<Impl>(std::move(options), clock, std::move(sinks).value())));
  hub->impl_->writer = std::thread([impl = hub->impl_.get()] { impl->run(); });
  if (!set_aside.empty()) {
    spdlog::error("the event store was damaged and is now events.db.damaged: {}", set_aside);
    Event event;
    event.inspection.message =
        "The event store was damaged; it is kept as events.db.damaged and a new one was begun: " +
        set_aside;
    hub->publish(std::move(event));
  }
  return hub;
}

EventHub::~EventHub() {
  impl_->queue.close();
  if (impl_->writer.joinable()) {
    impl_->writer.join();
  }
}

EventId EventHub::publish(Event event) {
  if (event.time_ms == 0) {
    event.time_ms = impl_->clock.wall_ms();
  }
  if (const uint64_t version = impl_->configuration_version;
      version != 0 && !event.transaction.configuration_version) {
    event.transaction.configuration_version = version;
  }
  const EventId id = impl_->queue.push(std::make_shared<Event>(std::move(event)));
  ++(id != 0 ? impl_->published : impl_->lost);
  return id;
}

void EventHub::set_configuration_version(uint64_t version) {
  impl_->configuration_version = version;
}

void EventHub::log_line(LogLevel level, std::string_view message) {
  if (!impl_->queue.push(LogLine{format_log_line(impl_->clock.wall_ms(), level, message)})) {
    ++impl_->lost;
  }
}

void EventHub::flush() { impl_->queue.push(Order::What::kFlush).wait(); }

void EventHub::reopen() { impl_->queue.push(Order::What::kReopen).wait(); }

Result<std::vector<Event>> EventHub::query(const EventQuery& query) const {
  return impl_->sinks->store().query(query);
}

Result<std::vector<ValueCount>> EventHub::count_by(const EventQuery& query,
                                                   const FieldName& by) const {
  return impl_->sinks->store().count_by(query, by);
}

Result<Event> EventHub::get(EventId id) const { return impl_->sinks->store().get(id); }

HubStats EventHub::stats() const {
  return {impl_->published, impl_->lost, impl_->write_failures, impl_->sinks->store().count()};
}

EventHub::SubscriptionId EventHub::subscribe(Subscriber subscriber) {
  const std::lock_guard lock(impl_->subscribers_mutex);
  const SubscriptionId id = impl_->next_subscription++;
  impl_->subscribers.emplace(id, std::move(subscriber));
  return id;
}

void EventHub::unsubscribe(SubscriptionId id) {
  const std::lock_guard lock(impl_->subscribers_mutex);
  impl_->subscribers.erase(id);
}

void TlsProxyLog::alert(AlertDirection direction, Leg leg, uint16_t code, uint64_t session) {
  hub_->log_line(LogLevel::kInfo, format_alert(direction, leg, code, alert_text(code), session));
}

void TlsProxyLog::problem(std::string_view library_error, Leg leg, uint64_t session) {
  hub_->log_line(LogLevel::kError, format_problem(library_error, leg, session));
}

void TlsProxyLog::verify_failure(std::string_view text, int code, int depth,
                                 std::string_view subject, std::string_view issuer) {
  hub_->log_line(LogLevel::kInfo, format_verify_failure(text, code, depth));
  hub_->log_line(LogLevel::kInfo, format_subject(subject));
  hub_->log_line(LogLevel::kInfo, format_issuer(issuer));
}

}  // namespace vitrine::events
