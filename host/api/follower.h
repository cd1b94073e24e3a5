// The bounded way of live events from the hub's writer thread to one connection.
//
// The hub pushes; the connection is woken on its executor and takes. A follower that falls further
// behind than its backlog is broken for good: the connection closes, and the client asks again with
// after=ID. Threads: push side the hub's, the rest the connection's.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "host/events/hub.h"

namespace vitrine::api {

class Follower {
 public:
  // Stored events that match come first (as many as the query's limit), then live ones, each once.
  // `wake` is posted to `executor` when events come to an empty backlog, or it broke; never called
  // from within the constructor. The hub must outlive the follower.
  Follower(events::EventHub& hub, events::EventQuery query, size_t max_backlog,
           boost::asio::any_io_executor executor, std::function<void()> wake);
  // Not on the hub's writer thread.
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  using Batch = std::vector<std::shared_ptr<const events::Event>>;
  // All that waits.
  Batch take();
  // It fell behind, and events are lost to it.
  bool broken();

 private:
  void push(const std::shared_ptr<const events::Event>& event);
  void replay();

  events::EventHub& hub_;
  const events::EventQuery query_;
  const size_t max_backlog_;
  const boost::asio::any_io_executor executor_;
  const std::function<void()> wake_;
  events::EventHub::SubscriptionId subscription_ = 0;
  std::mutex mutex_;
  Batch waiting_;
  events::EventId last_replayed_ = 0;
  size_t replayed_ = 0;  // of `waiting_`; they do not count as backlog
  bool broken_ = false;
};

}  // namespace vitrine::api
