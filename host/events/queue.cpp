#include "host/events/queue.h"

#include <algorithm>
#include <iterator>

namespace vitrine::events {

EventId EventQueue::push(std::shared_ptr<Event> event) {
  EventId id = 0;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (items_.size() >= capacity_ || closed_) {
      return 0;
    }
    id = next_id_++;
    event->id = id;
    items_.emplace_back(std::move(event));
    wake = items_.size() == wanted_;
  }
  if (wake) {
    ready_.notify_one();
  }
  return id;
}

bool EventQueue::push(LogLine line) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (items_.size() >= capacity_ || closed_) {
      return false;
    }
    items_.emplace_back(std::move(line));
    wake = items_.size() == wanted_;
  }
  if (wake) {
    ready_.notify_one();
  }
  return true;
}

std::future<void> EventQueue::push(Order::What what) {
  Order order{what, {}};
  std::future<void> done = order.done.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      order.done.set_value();
      return done;
    }
    items_.emplace_back(std::move(order));
    urgent_ = true;
  }
  ready_.notify_one();
  return done;
}

void EventQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  ready_.notify_one();
}

std::vector<QueueItem> EventQueue::take(size_t budget, std::chrono::milliseconds linger) {
  std::unique_lock lock(mutex_);
  const auto enough = [this] { return items_.size() >= wanted_ || urgent_ || closed_; };
  wanted_ = 1;
  ready_.wait(lock, enough);
  if (linger.count() > 0) {
    wanted_ = budget;
    ready_.wait_for(lock, linger, enough);
  }
  const auto end = items_.begin() + static_cast<std::ptrdiff_t>(std::min(budget, items_.size()));
  std::vector<QueueItem> taken(std::make_move_iterator(items_.begin()),
                               std::make_move_iterator(end));
  items_.erase(items_.begin(), end);
  urgent_ = urgent_ && !items_.empty();
  return taken;
}

}  // namespace vitrine::events
