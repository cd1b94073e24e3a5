#include "host/api/connection.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>

#include "host/api/target.h"
#include "host/events/json.h"

namespace vitrine::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr unsigned kHttp11 = 11;
constexpr const char* kReadersMay =
    "you may look, but change nothing: that needs root, or a member of the administrators' group";

// What to answer to a request that could not be read; nullopt: nothing, the peer is gone.
std::optional<http::status> status_for_read_error(error_code error) {
  if (error == http::error::body_limit) {
    return http::status::payload_too_large;
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return http::status::request_header_fields_too_large;
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return http::status::bad_request;
}

}  // namespace

Connection::Connection(Socket socket, std::shared_ptr<ServerState> state)
    : socket_(std::move(socket)), state_(std::move(state)), deadline_(socket_.get_executor()) {
  state_->open.insert(this);
  state_->stats.open = state_->open.size();
}

Connection::~Connection() {
  state_->open.erase(this);
  state_->stats.open = state_->open.size();
}

void Connection::start(std::string user, Role role) {
  user_ = std::move(user);
  role_ = role;
  wait_for_request();
}

void Connection::refuse() {
  Response response = error_answer(
      Request{},
      Status(Code::kPermission, "only root and members of the appliance's groups may talk to it"));
  response.version(kHttp11);
  response.keep_alive(false);
  write(std::move(response));
}

void Connection::close() {
  follower_.reset();
  bytes_.reset();
  error_code ignored;
  deadline_.cancel(ignored);
  socket_.close(ignored);
}

void Connection::arm(Phase phase, std::chrono::milliseconds timeout) {
  phase_ = phase;
  deadline_.expires_after(timeout);
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) {
      self->on_deadline();
    }
  });
}

void Connection::disarm(Phase phase) {
  phase_ = phase;
  deadline_.expires_at(asio::steady_timer::time_point::max());
}

void Connection::on_deadline() {
  if (deadline_.expiry() > asio::steady_timer::clock_type::now()) {
    return;  // armed anew after this had expired
  }
  if (phase_ == Phase::kWriting) {
    ++state_->stats.slow_readers_dropped;
  }
  close();
}

void Connection::wait_for_request() {
  if (buffer_.size() > 0) {
    read_request();
    return;
  }
  arm(Phase::kIdle, state_->options.idle_timeout);
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](error_code error) {
    if (!error && self->socket_.is_open()) {
      self->read_request();
    }
  });
}

void Connection::read_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(state_->options.max_header_bytes));
  parser_->body_limit(role_ == Role::kAdministrator ? state_->options.max_body_bytes
                                                    : state_->options.max_reader_body_bytes);
  arm(Phase::kReading, state_->options.request_timeout);
  http::async_read(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, size_t) { self->on_request(error); });
}

void Connection::on_request(error_code error) {
  if (!socket_.is_open()) {
    return;
  }
  if (error) {
    const auto status = status_for_read_error(error);
    if (!status) {
      close();
      return;
    }
    Response response =
        error_answer(parser_->get(), *status, Status(Code::kMalformed, error.message()));
    response.keep_alive(false);
    write(std::move(response));
    return;
  }
  const Request request = parser_->release();
  const auto target = Target::parse(request.target());
  if (target && !may(role_, request.method(), target->path)) {
    write(error_answer(request, Status(Code::kPermission, kReadersMay)));
    return;
  }
  if (target && target->path == kFollowPath && request.method() == http::verb::get) {
    start_following(request);
  } else if (target && target->path == kMirrorPath && request.method() == http::verb::post) {
    start_mirror(request);
  } else {
    write(answer(request, user_, state_->backend, state_->hub));
  }
}

void Connection::write(Response response) {
  response_ = std::move(response);
  arm(Phase::kWriting, state_->options.request_timeout);
  http::async_write(socket_, *response_, [self = shared_from_this()](error_code error, size_t) {
    if (error || self->response_->need_eof() || !self->socket_.is_open()) {
      self->close();
      return;
    }
    self->response_.reset();
    self->wait_for_request();
  });
}

void Connection::start_following(const Request& request) {
  const auto target = Target::parse(request.target());
  const auto query = event_query_from(*target);
  if (!query || request.version() < kHttp11) {
    write(error_answer(
        request, query ? Status(Code::kUnsupported, "follow needs HTTP/1.1") : query.status()));
    return;
  }
  follower_ = std::make_unique<Follower>(state_->hub, *query, state_->options.max_follow_backlog,
                                         socket_.get_executor(), [weak = weak_from_this()] {
                                           if (const auto self = weak.lock()) {
                                             self->write_events();
                                           }
                                         });
  begin_stream("application/x-ndjson");
}

// POST, for it is more than reading the appliance's state: whoever may only read must not see
// decrypted traffic.
void Connection::start_mirror(const Request& request) {
  const auto target = Target::parse(request.target());
  auto opened = state_->backend.open_mirror(
      target->parameters, [weak = weak_from_this(), executor = socket_.get_executor()] {
        asio::post(executor, [weak] {
          if (const auto self = weak.lock()) {
            self->write_events();
          }
        });
      });
  if (!opened || request.version() < kHttp11) {
    write(error_answer(
        request, opened ? Status(Code::kUnsupported, "a mirror needs HTTP/1.1") : opened.status()));
    return;
  }
  bytes_ = std::move(opened).value();
  begin_stream("application/x-pcapng");
}

void Connection::begin_stream(const char* content_type) {
  stream_head_ = {http::status::ok, kHttp11};
  stream_head_.set(http::field::content_type, content_type);
  stream_head_.set(http::field::cache_control, "no-store");
  stream_head_.chunked(true);
  stream_head_serializer_.emplace(stream_head_);
  chunk_ = "head";
  arm(Phase::kWriting, state_->options.request_timeout);
  http::async_write_header(socket_, *stream_head_serializer_,
                           [self = shared_from_this()](error_code error, size_t) {
                             self->chunk_.clear();
                             if (error || !self->socket_.is_open()) {
                               self->close();
                               return;
                             }
                             self->disarm(Phase::kFollowing);
                             self->watch_for_hangup();
                             self->write_events();
                           });
}

// A follower has nothing more to say: a byte or an end from it means that it has gone.
void Connection::watch_for_hangup() {
  socket_.async_read_some(asio::buffer(&hangup_byte_, 1),
                          [self = shared_from_this()](error_code, size_t) { self->close(); });
}

void Connection::write_events() {
  if (bytes_ && socket_.is_open() && chunk_.empty()) {
    chunk_ = bytes_->take();
    if (!chunk_.empty()) {
      // No deadline: a reader that waits loses packets, which the stream counts.
      write_chunk();
    }
    return;
  }
  if (!follower_ || !socket_.is_open()) {
    return;
  }
  if (follower_->broken()) {  // also while a chunk is stuck
    ++state_->stats.slow_readers_dropped;
    close();
    return;
  }
  if (!chunk_.empty()) {
    return;
  }
  for (const auto& event : follower_->take()) {
    chunk_ += boost::json::serialize(events::to_json(*event));
    chunk_ += '\n';
  }
  if (chunk_.empty()) {
    return;
  }
  arm(Phase::kWriting, state_->options.request_timeout);
  write_chunk();
}

void Connection::write_chunk() {
  asio::async_write(socket_, http::make_chunk(asio::buffer(chunk_)),
                    [self = shared_from_this()](error_code error, size_t) {
                      self->chunk_.clear();
                      if (error || !self->socket_.is_open()) {
                        self->close();
                        return;
                      }
                      ++self->state_->stats.chunks_sent;
                      self->disarm(Phase::kFollowing);
                      self->write_events();
                    });
}

}  // namespace vitrine::api
