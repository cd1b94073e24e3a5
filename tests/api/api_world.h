// A server on a socket of its own, run by a thread, with a hub and a fake backend behind it.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "host/api/server.h"
#include "host/events/hub.h"
#include "tests/api/fake_backend.h"
#include "tests/events/temporary_folder.h"

namespace vitrine::api {

class ApiWorld {
 public:
  explicit ApiWorld(ServerOptions options = {});
  ~ApiWorld();
  ApiWorld(const ApiWorld&) = delete;
  ApiWorld& operator=(const ApiWorld&) = delete;

  // Publishes, and waits until it is stored.
  events::EventId publish(events::Event event);
  // Read on the server's thread.
  ServerStats stats();
  // Waits until the server's figures are such, for at most some seconds; false: never.
  template <typename Predicate>
  bool eventually(Predicate predicate) {
    for (int i = 0; i < 1000; ++i) {
      if (predicate(stats())) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  // Ends the server, leaving its clients without one.
  void stop();

  TemporaryFolder folder;
  std::string socket = folder.file("api.sock");
  FakeBackend backend;
  ManualClock clock;
  std::unique_ptr<events::EventHub> hub;

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace vitrine::api
