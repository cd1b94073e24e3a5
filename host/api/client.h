// A blocking client of the management API.
//
// Every call has a deadline, but follow(), which waits for events as long as it takes. One
// connection a call.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "host/base/status.h"

namespace vitrine::api {

// kUnavailable where nobody listens on the socket; kPermission where the peer may not.
// Errors that the server answers have its code and message.
class Client {
 public:
  explicit Client(std::string socket_path,
                  std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000))
      : path_(std::move(socket_path)), timeout_(timeout) {}

  // `target`: "/v1/events?limit=10", encoded.
  Result<boost::json::value> get(std::string_view target) const;
  Result<boost::json::value> post(std::string_view target, std::string body) const;
  Result<boost::json::value> remove(std::string_view target) const;

  // Hands out the stream's JSON values until the callback gives false (ok) or the server ends it
  // (kUnavailable).
  Status follow(std::string_view target,
                const std::function<bool(const boost::json::value&)>& on_item) const;

  // POSTs, and hands out the answer's bytes as they come until the callback gives false or `until`
  // has come (ok), or the server ends it (kUnavailable).
  Status stream(std::string_view target, std::optional<std::chrono::steady_clock::time_point> until,
                const std::function<bool(std::string_view)>& on_bytes) const;

  // Whether anybody listens on the socket, and whether this process may connect to it and be
  // served.
  bool reachable() const;
  bool permitted() const;

  const std::string& socket_path() const { return path_; }

 private:
  std::string path_;
  std::chrono::milliseconds timeout_;
};

}  // namespace vitrine::api
