#include "host/api/follower.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace vitrine::api {

Follower::Follower(events::EventHub& hub, events::EventQuery query, size_t max_backlog,
                   boost::asio::any_io_executor executor, std::function<void()> wake)
    : hub_(hub),
      query_(std::move(query)),
      max_backlog_(max_backlog),
      executor_(std::move(executor)),
      wake_(std::move(wake)) {
  // First subscribe, then read the store: what comes between is in both, and told apart by its id.
  subscription_ =
      hub_.subscribe([this](const std::shared_ptr<const events::Event>& event) { push(event); });
  replay();
}

Follower::~Follower() { hub_.unsubscribe(subscription_); }

void Follower::replay() {
  if (query_.limit == 0) {
    return;
  }
  auto stored = hub_.query(query_);
  if (!stored || stored->empty()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  last_replayed_ = stored->back().id;
  Batch all;
  for (events::Event& event : *stored) {
    all.push_back(std::make_shared<const events::Event>(std::move(event)));
  }
  for (const auto& live : waiting_) {
    if (live->id > last_replayed_) {
      all.push_back(live);
    }
  }
  replayed_ = stored->size();
  waiting_ = std::move(all);
}

void Follower::push(const std::shared_ptr<const events::Event>& event) {
  if (!query_.matches(*event)) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (broken_ || event->id <= last_replayed_) {
      return;
    }
    if (waiting_.size() >= max_backlog_ + replayed_) {
      broken_ = true;
      waiting_.clear();
    } else {
      waiting_.push_back(event);
    }
    if (!broken_ && waiting_.size() > 1) {
      return;  // woken already
    }
  }
  boost::asio::post(executor_, wake_);
}

Follower::Batch Follower::take() {
  const std::lock_guard lock(mutex_);
  replayed_ = 0;
  return std::exchange(waiting_, {});
}

bool Follower::broken() {
  const std::lock_guard lock(mutex_);
  return broken_;
}

}  // namespace vitrine::api
