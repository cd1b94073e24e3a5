#include "host/api/server.h"

#include <cerrno>
#include <cstdio>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/api/connection.h"
#include "host/api/peer.h"

namespace vitrine::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

constexpr mode_t kSocketMode = 0660;
constexpr mode_t kOpenSocketMode = 0666;  // credentials decide, for the groups are several
constexpr std::chrono::milliseconds kAcceptRetry{100};  // out of file descriptors

// Makes way for a new socket: removes one that nobody listens on.
Status clear_path(asio::io_context& io, const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return errno == ENOENT ? Status::ok() : Status::from_errno(path, errno);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return {Code::kAlreadyExists, path + ": exists and is not a socket"};
  }
  Local::socket probe(io);
  error_code error;
  probe.connect(Local::endpoint(path), error);
  if (error != asio::error::connection_refused) {
    return {Code::kAlreadyExists, path + ": another vitrined is running there"};
  }
  return ::unlink(path.c_str()) == 0 ? Status::ok() : Status::from_errno(path, errno);
}

Status failed(const std::string& path, const error_code& error) {
  return Status::from_errno(path, error.value());
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(asio::io_context& io, std::string path, std::shared_ptr<ServerState> state)
      : acceptor_(io), retry_(io), path_(std::move(path)), state_(std::move(state)) {}

  Status open();
  void accept();
  void close();
  const ServerStats& stats() const { return state_->stats; }

 private:
  void on_accept(Local::socket socket);

  Local::acceptor acceptor_;
  asio::steady_timer retry_;
  const std::string path_;
  const std::shared_ptr<ServerState> state_;
};

Status Server::Impl::open() {
  const mode_t mode = state_->options.groups.any() ? kOpenSocketMode : kSocketMode;
  error_code error;
  acceptor_.open(Local(), error);
  if (error) {
    return failed(path_, error);
  }
  // Before bind, so that the file is never more open than this; after, because of the umask.
  if (::fchmod(acceptor_.native_handle(), mode) != 0) {
    return Status::from_errno(path_, errno);
  }
  acceptor_.bind(Local::endpoint(path_), error);
  if (error) {
    return failed(path_, error);
  }
  if (::chmod(path_.c_str(), mode) != 0) {
    return Status::from_errno(path_, errno);
  }
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  return error ? failed(path_, error) : Status::ok();
}

void Server::Impl::accept() {
  acceptor_.async_accept([self = shared_from_this()](error_code error, Local::socket socket) {
    if (!self->acceptor_.is_open()) {
      return;
    }
    if (error) {
      self->retry_.expires_after(kAcceptRetry);
      self->retry_.async_wait([self](error_code cancelled) {
        if (!cancelled && self->acceptor_.is_open()) {
          self->accept();
        }
      });
      return;
    }
    self->on_accept(std::move(socket));
    self->accept();
  });
}

void Server::Impl::on_accept(Local::socket socket) {
  ServerStats& stats = state_->stats;
  if (state_->open.size() >= state_->options.max_connections) {
    ++stats.refused;
    return;
  }
  ++stats.accepted;
  const auto peer = peer_credentials(socket.native_handle());
  const auto connection = std::make_shared<Connection>(std::move(socket), state_);
  const Role role =
      peer ? role_of(*peer, ::geteuid(), ::getegid(), state_->options.groups) : Role::kNone;
  if (role != Role::kNone) {
    connection->start(name_of(*peer), role);
    return;
  }
  ++stats.forbidden;
  spdlog::warn("the management API refused user {}", peer ? std::to_string(peer->user) : "unknown");
  connection->refuse();
}

void Server::Impl::close() {
  error_code ignored;
  retry_.cancel(ignored);
  acceptor_.close(ignored);
  std::vector<std::shared_ptr<Connection>> open;
  for (Connection* connection : state_->open) {
    if (auto alive = connection->weak_from_this().lock()) {
      open.push_back(std::move(alive));
    }
  }
  for (const auto& connection : open) {
    connection->close();
  }
  std::remove(path_.c_str());
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Server>> Server::listen(asio::io_context& io, const std::string& path,
                                               Backend& backend, events::EventHub& hub,
                                               ServerOptions options) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Status(Code::kInvalidArgument,
                  fmt::format("socket path '{}': 1 to {} bytes are possible", path,
                              sizeof(sockaddr_un::sun_path) - 1));
  }
  if (Status status = clear_path(io, path); !status) {
    return status;
  }
  auto state = std::make_shared<ServerState>(ServerState{backend, hub, options, {}, {}});
  auto impl = std::make_shared<Impl>(io, path, std::move(state));
  if (Status status = impl->open(); !status) {
    return status;
  }
  impl->accept();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { impl_->close(); }

ServerStats Server::stats() const { return impl_->stats(); }

}  // namespace vitrine::api
