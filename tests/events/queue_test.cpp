#include "host/events/queue.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace vitrine::events {
namespace {

EventId id_of(const QueueItem& item) { return std::get<std::shared_ptr<Event>>(item)->id; }

TEST(EventQueue, IdsGoOnAfterTheLastAndFollowTheOrder) {
  EventQueue queue(10, 41);
  EXPECT_EQ(queue.push(std::make_shared<Event>()), 42U);
  EXPECT_TRUE(queue.push(LogLine{"line"}));
  EXPECT_EQ(queue.push(std::make_shared<Event>()), 43U);
  const auto items = queue.take(10);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(id_of(items[0]), 42U);
  EXPECT_EQ(std::get<LogLine>(items[1]).text, "line");
  EXPECT_EQ(id_of(items[2]), 43U);
}

TEST(EventQueue, FullQueueRefusesAndSpendsNoId) {
  EventQueue queue(2, 0);
  EXPECT_EQ(queue.push(std::make_shared<Event>()), 1U);
  EXPECT_TRUE(queue.push(LogLine{"line"}));
  EXPECT_EQ(queue.push(std::make_shared<Event>()), 0U);
  EXPECT_FALSE(queue.push(LogLine{"line"}));
  EXPECT_EQ(queue.take(1).size(), 1U);
  EXPECT_EQ(queue.push(std::make_shared<Event>()), 2U);
}

TEST(EventQueue, OrdersPassAFullQueue) {
  EventQueue queue(1, 0);
  ASSERT_TRUE(queue.push(LogLine{"line"}));
  queue.push(Order::What::kFlush);
  EXPECT_EQ(queue.take(10).size(), 2U);
}

TEST(EventQueue, ClosedQueueHandsOutTheRestThenNothing) {
  EventQueue queue(10, 0);
  queue.push(std::make_shared<Event>());
  queue.close();
  EXPECT_EQ(queue.push(std::make_shared<Event>()), 0U);
  queue.push(Order::What::kFlush).wait();  // answered at once, or this hangs
  EXPECT_EQ(queue.take(10).size(), 1U);
  EXPECT_TRUE(queue.take(10).empty());
}

TEST(EventQueue, LingerIsEndedByAnOrderAFullBatchOrTheClose) {
  constexpr std::chrono::hours kForEver{24};
  EventQueue queue(10, 0);
  queue.push(std::make_shared<Event>());
  queue.push(Order::What::kFlush);
  EXPECT_EQ(queue.take(5, kForEver).size(), 2U);
  for (int i = 0; i < 5; ++i) {
    queue.push(std::make_shared<Event>());
  }
  EXPECT_EQ(queue.take(5, kForEver).size(), 5U);
  std::thread pusher([&] {
    for (int i = 0; i < 5; ++i) {
      queue.push(std::make_shared<Event>());
    }
    queue.push(LogLine{"more"});
  });
  EXPECT_EQ(queue.take(5, kForEver).size(), 5U);
  pusher.join();
  queue.close();
  EXPECT_EQ(queue.take(5, kForEver).size(), 1U);
}

TEST(EventQueue, OrderBeyondTheBudgetEndsTheNextLingerToo) {
  constexpr std::chrono::hours kForEver{24};
  EventQueue queue(10, 0);
  queue.push(std::make_shared<Event>());
  queue.push(std::make_shared<Event>());
  queue.push(Order::What::kFlush);
  EXPECT_EQ(queue.take(2, kForEver).size(), 2U);
  EXPECT_EQ(queue.take(2, kForEver).size(), 1U);
}

TEST(EventQueue, TakeWaitsForAPush) {
  EventQueue queue(10, 0);
  std::thread pusher([&] { queue.push(std::make_shared<Event>()); });
  EXPECT_EQ(queue.take(10).size(), 1U);
  pusher.join();
}

}  // namespace
}  // namespace vitrine::events
