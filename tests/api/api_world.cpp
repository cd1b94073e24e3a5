#include "tests/api/api_world.h"

#include <future>
#include <stdexcept>

#include <boost/asio/post.hpp>

#include "tests/events/sample.h"

namespace vitrine::api {

ApiWorld::ApiWorld(ServerOptions options) : work_(boost::asio::make_work_guard(io_)) {
  clock.set_wall_ms(events::kSampleTime);
  events::HubOptions hub_options;
  hub_options.state_dir = folder.path().string();
  hub_options.device_name = "fw1";
  auto opened = events::EventHub::open(hub_options, clock);
  if (!opened) {
    throw std::runtime_error(opened.status().to_string());
  }
  hub = std::move(opened).value();
  auto listening = Server::listen(io_, socket, backend, *hub, options);
  if (!listening) {
    throw std::runtime_error(listening.status().to_string());
  }
  server_ = std::move(listening).value();
  thread_ = std::thread([this] { io_.run(); });
}

ApiWorld::~ApiWorld() { stop(); }

void ApiWorld::stop() {
  if (!thread_.joinable()) {
    return;
  }
  boost::asio::post(io_, [this] { server_.reset(); });
  work_.reset();
  thread_.join();
}

events::EventId ApiWorld::publish(events::Event event) {
  const events::EventId id = hub->publish(std::move(event));
  hub->flush();
  return id;
}

ServerStats ApiWorld::stats() {
  std::promise<ServerStats> stats;
  boost::asio::post(io_, [&] { stats.set_value(server_->stats()); });
  return stats.get_future().get();
}

}  // namespace vitrine::api
