#include "host/api/client.h"

#include <limits>
#include <optional>
#include <utility>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "host/api/unix_stream.h"

namespace vitrine::api {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;
using boost::system::error_code;
using Parser = http::response_parser<http::string_body>;

constexpr uint64_t kMaxResponse = 64U << 20;

http::request<http::string_body> request_for(http::verb method, std::string_view target,
                                             std::string body) {
  http::request<http::string_body> request(method, target, 11);
  request.set(http::field::host, "vitrine");
  request.keep_alive(false);
  request.body() = std::move(body);
  request.prepare_payload();
  return request;
}

Code code_from(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    if (code_name(static_cast<Code>(i)) == name && i != 0) {
      return static_cast<Code>(i);
    }
  }
  return Code::kInternal;
}

// The error that the server tells of, or a word on its status.
Status error_from(const http::response<http::string_body>& response) {
  error_code error;
  const json::value body = json::parse(response.body(), error);
  if (!error && body.is_object()) {
    const json::value* told = body.get_object().if_contains("error");
    if (told != nullptr && told->is_object()) {
      const json::value* code = told->get_object().if_contains("code");
      const json::value* message = told->get_object().if_contains("message");
      if (code != nullptr && code->is_string() && message != nullptr && message->is_string()) {
        return {code_from(code->get_string()), std::string(message->get_string())};
      }
    }
  }
  return {Code::kInternal,
          "the server answered with status " + std::to_string(response.result_int())};
}

Status stream_error(const error_code& error) {
  if (error == boost::asio::error::timed_out) {
    return {Code::kTimeout, "vitrined did not answer in time"};
  }
  return {Code::kUnavailable, "vitrined closed the connection: " + error.message()};
}

Result<json::value> call(const std::string& path, std::chrono::milliseconds timeout,
                         const http::request<http::string_body>& request) {
  auto stream = UnixStream::connect(path);
  if (!stream) {
    return stream.status();
  }
  stream->set_deadline(UnixStream::Clock::now() + timeout);
  error_code ignored;  // a server that refuses may close before all is written, and has answered
  http::write(*stream, request, ignored);
  boost::beast::flat_buffer buffer;
  Parser parser;
  parser.body_limit(kMaxResponse);
  error_code error;
  http::read(*stream, buffer, parser, error);
  if (error) {
    return stream_error(error);
  }
  if (to_status_class(parser.get().result()) != http::status_class::successful) {
    return error_from(parser.get());
  }
  json::value value = json::parse(parser.get().body(), error);
  if (error) {
    return Status(Code::kMalformed, "vitrined's answer is not JSON: " + error.message());
  }
  return value;
}

// Takes whole lines off the front of `text`. nullopt: go on; else how the stream ends.
std::optional<Status> take_lines(std::string& text,
                                 const std::function<bool(const json::value&)>& on_item) {
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    error_code error;
    const json::value value = json::parse(std::string_view(text).substr(begin, end - begin), error);
    if (error) {
      return Status(Code::kMalformed, "vitrined's event is not JSON: " + error.message());
    }
    if (!on_item(value)) {
      return Status::ok();
    }
    begin = end + 1;
  }
  text.erase(0, begin);
  return std::nullopt;
}

}  // namespace

Result<json::value> Client::get(std::string_view target) const {
  return call(path_, timeout_, request_for(http::verb::get, target, {}));
}

Result<json::value> Client::post(std::string_view target, std::string body) const {
  return call(path_, timeout_, request_for(http::verb::post, target, std::move(body)));
}

Result<json::value> Client::remove(std::string_view target) const {
  return call(path_, timeout_, request_for(http::verb::delete_, target, {}));
}

bool Client::reachable() const {
  const auto stream = UnixStream::connect(path_);
  return stream || stream.status().code() != Code::kUnavailable;
}

bool Client::permitted() const {
  const auto answer = get("/v1/status");
  return answer || answer.status().code() != Code::kPermission;
}

namespace {

// Asks for an endless answer and reads its header. An answer that is not 200 is the status; `error`
// is what went wrong with the socket, for the caller to tell.
Status begin_stream(UnixStream& stream, http::verb verb, std::string_view target,
                    boost::beast::flat_buffer& buffer, Parser& parser, error_code& error) {
  http::write(stream, request_for(verb, target, {}), error);
  parser.body_limit(boost::none);
  error.clear();
  http::read_header(stream, buffer, parser, error);
  if (!error && parser.get().result() != http::status::ok) {
    http::read(stream, buffer, parser, error);
    return error ? stream_error(error) : error_from(parser.get());
  }
  return Status::ok();
}

}  // namespace

Status Client::follow(std::string_view target,
                      const std::function<bool(const json::value&)>& on_item) const {
  auto stream = UnixStream::connect(path_);
  if (!stream) {
    return stream.status();
  }
  stream->set_deadline(UnixStream::Clock::now() + timeout_);
  boost::beast::flat_buffer buffer;
  Parser parser;
  error_code error;
  if (Status begun = begin_stream(*stream, http::verb::get, target, buffer, parser, error);
      !begun) {
    return begun;
  }
  stream->set_deadline(std::nullopt);
  std::string text;
  while (!error && !parser.is_done()) {
    http::read_some(*stream, buffer, parser, error);
    text += std::exchange(parser.get().body(), {});
    if (const auto end = take_lines(text, on_item)) {
      return *end;
    }
  }
  return error ? stream_error(error) : Status(Code::kUnavailable, "vitrined ended the stream");
}

Status Client::stream(std::string_view target,
                      std::optional<std::chrono::steady_clock::time_point> until,
                      const std::function<bool(std::string_view)>& on_bytes) const {
  auto stream = UnixStream::connect(path_);
  if (!stream) {
    return stream.status();
  }
  stream->set_deadline(UnixStream::Clock::now() + timeout_);
  boost::beast::flat_buffer buffer;
  Parser parser;
  error_code error;
  if (Status begun = begin_stream(*stream, http::verb::post, target, buffer, parser, error);
      !begun) {
    return begun;
  }
  stream->set_deadline(until);
  while (!error && !parser.is_done()) {
    http::read_some(*stream, buffer, parser, error);
    const std::string bytes = std::exchange(parser.get().body(), {});
    if (!bytes.empty() && !on_bytes(bytes)) {
      return Status::ok();
    }
  }
  if (until && error == boost::asio::error::timed_out) {
    return Status::ok();
  }
  return error ? stream_error(error) : Status(Code::kUnavailable, "vitrined ended the stream");
}

}  // namespace vitrine::api
