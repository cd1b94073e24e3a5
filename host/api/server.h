// The management API: HTTP/1.1 and JSON over a Unix stream socket.
//
//   GET /v1/status  /v1/flows[?limit=]  /v1/counters  /v1/policy  /v1/certificates  /v1/ca
//   GET /v1/events[?type=&cause=&source=&destination=&host=&after=&since=&limit=]
//                                         and any field by its name, as in source.user=
//   GET /v1/event-counts?by=FIELD[&same filters]   the most frequent values
//   GET /v1/events/ID
//   GET /v1/events/follow[?same filters]     one JSON object a line, chunked, until the client goes
//   GET and more /v1/configuration/...       config_routes.h
//
//   POST /v1/mirror[?client=&server=&host=&port=]   pcapng, chunked, until the client goes
//
// Errors are {"error": {"code", "message"}} with a fitting HTTP status. Every peer is checked
// (SO_PEERCRED, role.h): root, the daemon's own user and the daemon's group administrate; other
// groups may administrate or read. The socket is mode 0660, and 0666 where there are such groups:
// strangers are then refused by their credentials alone. Bounded: connections, header and body
// bytes, seconds a request, bytes waiting for a slow reader. Threads: runs wholly on `io`, which
// one thread runs; give it one of its own, for store queries read a disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "host/api/backend.h"
#include "host/api/role.h"
#include "host/base/status.h"
#include "host/events/hub.h"

namespace vitrine::api {

struct ServerOptions {
  size_t max_connections = 64;
  size_t max_header_bytes = 8192;
  // A whole configuration fits, with JSON's escapes; a reader has nothing long to say.
  size_t max_body_bytes = 32U << 20;
  size_t max_reader_body_bytes = 4096;
  std::chrono::milliseconds request_timeout{10'000};  // to read a request, or to take a response
  std::chrono::milliseconds idle_timeout{60'000};     // between requests
  size_t max_follow_backlog = 1024;  // events; a follower further behind is dropped
  RoleGroups groups = {};
};

struct ServerStats {
  uint64_t accepted = 0;
  uint64_t refused = 0;    // too many connections
  uint64_t forbidden = 0;  // peer credentials
  uint64_t slow_readers_dropped = 0;
  uint64_t chunks_sent = 0;  // to followers and mirrors
  size_t open = 0;
};

class Server {
 public:
  // `backend` and `hub` must outlive the server and the run of `io`. An old socket file that nobody
  // listens on is replaced; kAlreadyExists where somebody does.
  static Result<std::unique_ptr<Server>> listen(boost::asio::io_context& io,
                                                const std::string& path, Backend& backend,
                                                events::EventHub& hub, ServerOptions options = {});
  // Closes everything and removes the socket file. REQUIRES: io is not running in another thread,
  // or called on its thread.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // On io's thread.
  ServerStats stats() const;

 private:
  class Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace vitrine::api
