#include "host/signer/signer_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace vitrine::signer {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

constexpr int kChildSocket = 3;
constexpr std::chrono::milliseconds kFirstDelay{100};
constexpr std::chrono::milliseconds kLongestDelay{10'000};
constexpr std::chrono::seconds kStartTimeout{10};

std::string find_program(const SignerOptions& options) {
  if (!options.program.empty()) {
    return options.program;
  }
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / "vitrine-signer").string();
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
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return Status::from_errno("cannot make the signer's socket", errno);
  }
  UniqueFd ours(pair[0]);
  const UniqueFd theirs(pair[1]);
  const Result<pid_t> pid = start_child(find_program(options), options.state_dir, theirs.get());
  if (!pid) {
    return pid.status();
  }
  return SignerProcess(*pid, std::move(ours));
}

SignerProcess::SignerProcess(SignerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)) {}

SignerProcess& SignerProcess::operator=(SignerProcess&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, -1);
    socket_ = std::move(other.socket_);
  }
  return *this;
}

void SignerProcess::stop() {
  socket_.reset();
  if (pid_ > 0) {
    // It keeps no state that a kill could spoil.
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
}

class SignerSupervisor::Impl : public std::enable_shared_from_this<SignerSupervisor::Impl> {
 public:
  Impl(const asio::any_io_executor& executor, SignerOptions options)
      : options_(std::move(options)), client_(executor), timer_(executor) {}

  Result<UniqueX509> start() {
    stop();
    stopped_ = false;
    Result<SignerProcess> process = SignerProcess::spawn(options_);
    if (!process) {
      return process.status();
    }
    UniqueFd socket = process->take_socket();
    Result<UniqueX509> certificate = call_blocking(socket.get(), InfoRequest{}, kStartTimeout);
    if (!certificate) {
      return Status(certificate.status().code(), "the signer did not start (" +
                                                     certificate.status().message() +
                                                     "); its own message is on standard error");
    }
    adopt(std::move(process).value(), std::move(socket));
    return certificate;
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    client_.detach();
    process_.reset();
  }

  SignerClient& client() { return client_; }
  uint64_t restarts() const { return restarts_; }
  pid_t pid() const { return process_ ? process_->pid() : -1; }

 private:
  void adopt(SignerProcess process, UniqueFd socket) {
    process_ = std::move(process);
    started_ = SteadyClock::now();
    client_.attach(std::move(socket), [weak = weak_from_this()] {
      if (const std::shared_ptr<Impl> self = weak.lock()) {
        self->on_lost();
      }
    });
  }

  void on_lost() {
    if (stopped_) {
      return;
    }
    process_.reset();
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
    Result<SignerProcess> process = SignerProcess::spawn(options_);
    if (!process) {
      return restart_later();
    }
    UniqueFd socket = process->take_socket();
    adopt(std::move(process).value(), std::move(socket));
  }

  const SignerOptions options_;
  SignerClient client_;
  asio::steady_timer timer_;
  std::optional<SignerProcess> process_;
  SteadyClock::time_point started_;
  std::chrono::milliseconds delay_ = kFirstDelay;
  uint64_t restarts_ = 0;
  bool stopped_ = true;
};

SignerSupervisor::SignerSupervisor(asio::any_io_executor executor, SignerOptions options)
    : impl_(std::make_shared<Impl>(executor, std::move(options))) {}
SignerSupervisor::~SignerSupervisor() { stop(); }

Result<UniqueX509> SignerSupervisor::start() { return impl_->start(); }
void SignerSupervisor::stop() { impl_->stop(); }
SignerClient& SignerSupervisor::client() { return impl_->client(); }
uint64_t SignerSupervisor::restarts() const { return impl_->restarts(); }
pid_t SignerSupervisor::pid() const { return impl_->pid(); }

}  // namespace vitrine::signer
