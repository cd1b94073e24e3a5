// One client of the API: requests one after the other, or the event stream.
//
// States: idle (waiting for a request) → reading → writing → idle …; follow ends only by closing.
// Each has a deadline; a peer that misses it is dropped. Ownership: by its own pending operations;
// the server closes it by close(). Threads: io's.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>

#include "host/api/follower.h"
#include "host/api/routes.h"
#include "host/api/server.h"

namespace vitrine::api {

class Connection;

// What the server and its connections share; lives as long as any of them.
struct ServerState {
  Backend& backend;
  events::EventHub& hub;
  const ServerOptions options;
  ServerStats stats;
  std::set<Connection*> open;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  Connection(Socket socket, std::shared_ptr<ServerState> state);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `user`: who it is.
  void start(std::string user, Role role);
  // Tells the peer that it may not be here, then closes.
  void refuse();
  // Idempotent.
  void close();

 private:
  enum class Phase : uint8_t { kIdle, kReading, kWriting, kFollowing };

  void wait_for_request();
  void read_request();
  void on_request(boost::system::error_code error);
  void write(Response response);
  void start_following(const Request& request);
  void start_mirror(const Request& request);
  void begin_stream(const char* content_type);
  void write_chunk();
  void watch_for_hangup();
  void write_events();
  void arm(Phase phase, std::chrono::milliseconds timeout);
  void disarm(Phase phase);
  void on_deadline();

  Socket socket_;
  std::string user_;
  Role role_ = Role::kNone;
  const std::shared_ptr<ServerState> state_;
  boost::asio::steady_timer deadline_;
  Phase phase_ = Phase::kIdle;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<Response> response_;

  std::unique_ptr<Follower> follower_;
  std::unique_ptr<ByteStream> bytes_;
  http::response<http::empty_body> stream_head_;
  std::optional<http::response_serializer<http::empty_body>> stream_head_serializer_;
  std::string chunk_;  // being written; empty: nothing is
  char hangup_byte_ = 0;
};

}  // namespace vitrine::api
