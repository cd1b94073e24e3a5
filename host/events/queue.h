// The bounded way from the threads that publish to the one that writes.
//
// push() never waits: what finds the queue full is refused. Orders (flush, reopen) take no place,
// for their number is bounded by their callers, who wait. Threads: push() from any, take() from
// one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "host/events/event.h"

namespace vitrine::events {

struct LogLine {
  std::string text;  // without its newline
};
struct Order {
  enum class What : uint8_t { kFlush, kReopen } what = What::kFlush;
  std::promise<void> done;
};
using QueueItem = std::variant<std::shared_ptr<Event>, LogLine, Order>;

class EventQueue {
 public:
  explicit EventQueue(size_t capacity, EventId last_id)
      : capacity_(capacity), next_id_(last_id + 1) {}

  // Gives the event its id, in the order of the queue. 0: refused.
  EventId push(std::shared_ptr<Event> event);
  // False: refused.
  bool push(LogLine line);
  std::future<void> push(Order::What what);
  // take() hands out what is left, then nothing.
  void close();

  // Waits for at least one item, then up to `linger` for more, so that a quiet stream is written in
  // few batches; an order ends that wait. At most `budget` items. Empty: closed.
  std::vector<QueueItem> take(size_t budget, std::chrono::milliseconds linger = {});

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<QueueItem> items_;
  EventId next_id_;
  size_t wanted_ = 1;    // how many items take() waits for
  bool urgent_ = false;  // an order waits
  bool closed_ = false;
};

}  // namespace vitrine::events
