#include "host/events/hub.h"

#include <atomic>
#include <filesystem>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/events/sample.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::events {
namespace {

using ::testing::HasSubstr;

class HubTest : public ::testing::Test {
 protected:
  HubTest() { clock_.set_wall_ms(kSampleTime); }

  std::unique_ptr<EventHub> open(HubOptions options = {}) {
    options.state_dir = folder_.path().string();
    options.device_name = "fw1";
    auto hub = EventHub::open(options, clock_);
    EXPECT_TRUE(hub) << hub.status().to_string();
    return hub ? std::move(hub).value() : nullptr;
  }

  TemporaryFolder folder_;
  ManualClock clock_;
};

TEST_F(HubTest, EventReachesStoreEveAndIsCompleted) {
  auto hub = open();
  Event event = refused_event();
  event.time_ms = 0;
  const EventId id = hub->publish(event);
  EXPECT_EQ(id, 1U);
  hub->flush();
  const auto stored = hub->get(id);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->time_ms, kSampleTime);
  EXPECT_EQ(stored->transaction.total_bytes, 186U);
  EXPECT_EQ(stored->device.name, "fw1");
  EXPECT_EQ(stored->device.type, "Vitrine");
  EXPECT_THAT(stored->inspection.advice, HasSubstr("--destination 198.51.100.7 "));
  EXPECT_THAT(contents_of(folder_.file("eve.json")), HasSubstr(R"("sni":"www.example.org")"));
  EXPECT_EQ(hub->stats().stored, 1U);
  EXPECT_EQ(hub->stats().published, 1U);
}

TEST_F(HubTest, OwnEventsAreOfNoApplication) {
  auto hub = open();
  Event event;
  event.type = EventType::kConfigurationChange;
  event.inspection.message = "version 5";
  const EventId id = hub->publish(event);
  hub->flush();
  EXPECT_EQ(hub->get(id)->application.name, "");
  EXPECT_EQ(hub->get(id)->transaction.component_name, "");
}

TEST_F(HubTest, TextFromPeersIsMadePrintable) {
  auto hub = open();
  Event event = refused_event();
  set_server_name(event, "a\x1b[2J\xff.example");
  event.tls.server_certificate_name = std::string(1'000'000, 'n');
  const EventId id = hub->publish(event);
  hub->flush();
  EXPECT_EQ(hub->get(id)->tls.requested_domain, "a\\x1b[2J\\xff.example");
  EXPECT_LE(hub->get(id)->tls.server_certificate_name.size(), 4096U);
}

TEST_F(HubTest, IdsGoOnAfterARestart) {
  open()->publish(refused_event());
  auto hub = open();
  EXPECT_EQ(hub->publish(refused_event()), 2U);
}

TEST_F(HubTest, LogLinesHaveTheReferenceShapeAndOrder) {
  auto hub = open();
  hub->log().alert(AlertDirection::kReceived, Leg::kServer, 0x228, 0x2fd1f6);
  hub->log().problem("error:x", Leg::kServer, 0x2fd1f6);
  hub->log().verify_failure("self signed certificate", 18, 0, "/CN=a", "/CN=b");
  hub->flush();
  EXPECT_EQ(
      contents_of(folder_.file("tls_proxy.log")),
      "2014-02-05 05:21:42,189 INFO TLS_Proxy - SSL alert message received from server (0x228 "
      "= \"fatal : handshake failure\") in Session: x2fd1f6\n"
      "2014-02-05 05:21:42,189 ERROR TLS_Proxy - TLS problem (error:x) while connecting to "
      "server for Session: x2fd1f6\n"
      "2014-02-05 05:21:42,189 INFO TLS_Proxy - Certificate verification failure: self signed "
      "certificate (code 18, depth 0)\n"
      "2014-02-05 05:21:42,189 INFO TLS_Proxy - Subject: /CN=a\n"
      "2014-02-05 05:21:42,189 INFO TLS_Proxy - Issuer: /CN=b\n");
}

TEST_F(HubTest, WhatIsQueuedIsWrittenBeforeTheEnd) {
  {
    auto hub = open();
    for (int i = 0; i < 1000; ++i) {
      hub->publish(refused_event());
    }
  }
  EXPECT_EQ(open()->stats().stored, 1000U);
}

TEST_F(HubTest, OverflowIsCountedAndNeverWaits) {
  HubOptions options;
  options.queue_capacity = 4;
  auto hub = open(options);
  std::atomic<bool> release = false;
  std::atomic<bool> blocked = false;
  const auto subscription = hub->subscribe([&](const auto&) {
    blocked = true;
    while (!release) {
      std::this_thread::yield();
    }
  });
  EXPECT_NE(hub->publish(refused_event()), 0U);
  while (!blocked) {  // the writer has taken it, and stands
    std::this_thread::yield();
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_NE(hub->publish(refused_event()), 0U);
  }
  EXPECT_EQ(hub->publish(refused_event()), 0U);
  hub->log().problem("x", Leg::kServer, 1);
  EXPECT_EQ(hub->stats().lost, 2U);
  release = true;
  hub->flush();
  EXPECT_EQ(hub->stats().stored, 5U);
  hub->unsubscribe(subscription);
}

TEST_F(HubTest, SubscribersSeeEachEventOnceInOrderAndStored) {
  auto hub = open();
  std::vector<EventId> seen;
  const auto subscription = hub->subscribe([&](const std::shared_ptr<const Event>& event) {
    seen.push_back(event->id);
    EXPECT_TRUE(hub->get(event->id)) << "told before it was stored";
  });
  for (int i = 0; i < 20; ++i) {
    hub->publish(refused_event());
  }
  hub->flush();
  std::vector<EventId> expected(20);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(seen, expected);
  hub->unsubscribe(subscription);
  hub->publish(refused_event());
  hub->flush();
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(HubTest, ManyThreadsPublishWithoutLossOrDoubleIds) {
  auto hub = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        hub->publish(refused_event());
        hub->log().problem("x", Leg::kServer, 1);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  hub->flush();
  EXPECT_EQ(hub->stats().stored, 800U);
  EXPECT_EQ(hub->stats().write_failures, 0U);
}

TEST_F(HubTest, ReopenFollowsARotationFromOutside) {
  auto hub = open();
  hub->log().problem("before", Leg::kServer, 1);
  hub->flush();
  std::filesystem::rename(folder_.file("tls_proxy.log"), folder_.file("moved"));
  hub->reopen();
  hub->log().problem("after", Leg::kServer, 1);
  hub->flush();
  EXPECT_THAT(contents_of(folder_.file("moved")), HasSubstr("before"));
  EXPECT_THAT(contents_of(folder_.file("tls_proxy.log")), HasSubstr("after"));
}

TEST_F(HubTest, DamagedStoreIsToldByAnEvent) {
  write_contents(folder_.file("events.db"), std::string(5000, 'x'));
  auto hub = open();
  hub->flush();
  const auto events = hub->query({});
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().type, EventType::kSystem);
  EXPECT_THAT(events->front().inspection.message, HasSubstr("events.db.damaged"));
}

TEST_F(HubTest, MissingStateDirectoryIsAnError) {
  HubOptions options;
  options.state_dir = folder_.file("no");
  EXPECT_FALSE(EventHub::open(options, clock_));
}

}  // namespace
}  // namespace vitrine::events
