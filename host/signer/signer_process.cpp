#include "host/signer/signer_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "host/base/bytes.h"
#include "host/signer/launcher.h"

namespace vitrine::signer {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

constexpr int kChildSocket = 3;
constexpr std::chrono::milliseconds kFirstDelay{100};
constexpr std::chrono::milliseconds kLongestDelay{10'000};
constexpr std::chrono::seconds kStartTimeout{10};
constexpr int kLauncherTimeoutMs = 2000;  // it only forks
constexpr int kStopTimeoutMs = 2000;

std::string find_program(const SignerOptions& options) {
  if (!options.program.empty()) {
    return options.program;
  }
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / "vitrine-signer").string();
}

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};

Result<SocketPair> make_pair() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return Status::from_errno("cannot make the signer's socket", errno);
  }
  return SocketPair{UniqueFd(pair[0]), UniqueFd(pair[1])};
}

bool send_order(int control, int descriptor) {
  char order = kStartWorker;
  iovec data{&order, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  return ::sendmsg(control, &message, MSG_NOSIGNAL) == 1;
}

// posix_spawn rather than fork: the daemon has other threads.
Result<pid_t> start_child(const std::string& program, const std::string& state_dir, int socket) {
  posix_spawn_file_actions_t actions;
  if (const int error = posix_spawn_file_actions_init(&actions); error != 0) {
    return Status::from_errno("cannot start the signer", error);
  }
  std::array<std::string, 3> arguments = {program, "--state", state_dir};
  std::array<char*, 4> argv = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                               nullptr};
  std::array<char*, 1> environment = {nullptr};
  pid_t pid = -1;
  // Clears close-on-exec on the copy, also where the numbers are equal.
  int error = posix_spawn_file_actions_adddup2(&actions, socket, kChildSocket);
  if (error == 0) {
    error = posix_spawn_file_actions_addclosefrom_np(&actions, kChildSocket + 1);
  }
  if (error == 0) {
    error = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environment.data());
  }
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return Status::from_errno("cannot start " + program, error);
  }
  return pid;
}

}  // namespace

Result<SignerProcess> SignerProcess::spawn(const SignerOptions& options) {
  Result<SocketPair> pair = make_pair();
  if (!pair) {
    return pair.status();
  }
  const Result<pid_t> pid =
      start_child(find_program(options), options.state_dir, pair->theirs.get());
  if (!pid) {
    return pid.status();
  }
  return SignerProcess(*pid, std::move(pair->ours));
}

SignerProcess::SignerProcess(SignerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), control_(std::move(other.control_)) {}

SignerProcess& SignerProcess::operator=(SignerProcess&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, -1);
    control_ = std::move(other.control_);
  }
  return *this;
}

Result<SignerProcess::Worker> SignerProcess::start_worker() {
  Result<SocketPair> pair = make_pair();
  if (!pair) {
    return pair.status();
  }
  if (!send_order(control_.get(), pair->theirs.get())) {
    return Status(Code::kUnavailable, "the signer's launcher has gone");
  }
  pollfd ready{control_.get(), POLLIN, 0};
  std::array<uint8_t, 4> reply{};
  if (::poll(&ready, 1, kLauncherTimeoutMs) != 1 ||
      ::recv(control_.get(), reply.data(), reply.size(), 0) != static_cast<ssize_t>(reply.size())) {
    return Status(Code::kUnavailable, "the signer's launcher does not answer");
  }
  const auto pid = static_cast<pid_t>(load_be32(reply.data()));
  if (pid <= 0) {
    return Status(Code::kUnavailable, "the signer's launcher could not start a worker");
  }
  return Worker{pid, std::move(pair->ours)};
}

void SignerProcess::stop() {
  control_.reset();  // the launcher ends its worker, then itself
  if (pid_ <= 0) {
    return;
  }
  for (int waited = 0; waited < kStopTimeoutMs; ++waited) {
    const pid_t gone = ::waitpid(pid_, nullptr, WNOHANG);
    if (gone == pid_ || (gone < 0 && errno != EINTR)) {
      pid_ = -1;
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(pid_, SIGKILL);
  pid_ = -1;
}

class SignerSupervisor::Impl : public std::enable_shared_from_this<SignerSupervisor::Impl> {
 public:
  Impl(const asio::any_io_executor& executor, SignerOptions options)
      : options_(std::move(options)), client_(executor), timer_(executor) {}

  Result<UniqueX509> start() {
    stop();
    stopped_ = false;
    Result<SignerProcess::Worker> worker = start_worker();
    if (!worker) {
      return worker.status();
    }
    Result<UniqueX509> certificate =
        call_blocking(worker->socket.get(), InfoRequest{}, kStartTimeout);
    if (!certificate) {
      return Status(certificate.status().code(), "the signer did not start (" +
                                                     certificate.status().message() +
                                                     "); its own message is on standard error");
    }
    adopt(std::move(worker).value());
    return certificate;
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    client_.detach();
    process_.reset();
    worker_ = -1;
  }

  SignerClient& client() { return client_; }
  uint64_t restarts() const { return restarts_; }
  pid_t pid() const { return worker_; }

 private:
  Result<SignerProcess::Worker> start_worker() {
    if (process_) {
      Result<SignerProcess::Worker> worker = process_->start_worker();
      if (worker) {
        return worker;
      }
      process_.reset();
    }
    Result<SignerProcess> process = SignerProcess::spawn(options_);
    if (!process) {
      return process.status();
    }
    process_ = std::move(process).value();
    return process_->start_worker();
  }

  void adopt(SignerProcess::Worker worker) {
    worker_ = worker.pid;
    started_ = SteadyClock::now();
    client_.attach(std::move(worker.socket), [weak = weak_from_this()] {
      if (const std::shared_ptr<Impl> self = weak.lock()) {
        self->on_lost();
      }
    });
  }

  void on_lost() {
    if (stopped_) {
      return;
    }
    worker_ = -1;
    if (SteadyClock::now() - started_ >= kLongestDelay) {
      delay_ = kFirstDelay;
    }
    restart_later();
  }

  void restart_later() {
    timer_.expires_after(delay_);
    delay_ = std::min(delay_ * 2, kLongestDelay);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const std::shared_ptr<Impl> self = weak.lock();
      if (!error && self != nullptr && !self->stopped_) {
        self->restart();
      }
    });
  }

  void restart() {
    ++restarts_;
    Result<SignerProcess::Worker> worker = start_worker();
    if (!worker) {
      return restart_later();
    }
    adopt(std::move(worker).value());
  }

  const SignerOptions options_;
  SignerClient client_;
  asio::steady_timer timer_;
  std::optional<SignerProcess> process_;
  pid_t worker_ = -1;
  SteadyClock::time_point started_;
  std::chrono::milliseconds delay_ = kFirstDelay;
  uint64_t restarts_ = 0;
  bool stopped_ = true;
};

SignerSupervisor::SignerSupervisor(const asio::any_io_executor& executor, SignerOptions options)
    : impl_(std::make_shared<Impl>(executor, std::move(options))) {}
SignerSupervisor::~SignerSupervisor() { stop(); }

Result<UniqueX509> SignerSupervisor::start() { return impl_->start(); }
void SignerSupervisor::stop() { impl_->stop(); }
SignerClient& SignerSupervisor::client() { return impl_->client(); }
uint64_t SignerSupervisor::restarts() const { return impl_->restarts(); }
pid_t SignerSupervisor::pid() const { return impl_->pid(); }

}  // namespace vitrine::signer
