// From a request to its answer, without a socket. The follow stream is the connection's affair.
#pragma once

#include <string>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/verb.hpp>

#include "host/api/backend.h"
#include "host/events/hub.h"

namespace vitrine::api {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

inline constexpr const char* kFollowPath = "/v1/events/follow";
inline constexpr const char* kMirrorPath = "/v1/mirror";

// Never fails: an error is an answer too. `user`: who asks, for history and events.
Response answer(const Request& request, const std::string& user, Backend& backend,
                events::EventHub& hub);

// The answer that says why not; the status fits the code (404, 409, 400, …).
Response error_answer(const Request& request, const Status& status);
Response error_answer(const Request& request, http::status code, const Status& status);

}  // namespace vitrine::api
