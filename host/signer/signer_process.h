// Starting the signer program and keeping it alive.
//
// Threads: SignerSupervisor lives on one executor, like its client. It restarts a signer that dies,
// after 100 ms, then twice as long each time up to 10 s; a signer that ran for 10 s resets that.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <sys/types.h>

#include "host/base/status.h"
#include "host/base/unique_fd.h"
#include "host/signer/signer_client.h"

namespace vitrine::signer {

struct SignerOptions {
  std::string program;  // path of vitrine-signer; "" looks beside the running program
  std::string state_dir;
};

// A running child; killed and reaped when it goes.
class SignerProcess {
 public:
  // fork+exec with the other end of `socket` as descriptor 3.
  static Result<SignerProcess> spawn(const SignerOptions& options);
  SignerProcess(SignerProcess&& other) noexcept;
  SignerProcess& operator=(SignerProcess&& other) noexcept;
  ~SignerProcess() { stop(); }

  pid_t pid() const { return pid_; }
  UniqueFd take_socket() { return std::move(socket_); }
  void stop();

 private:
  SignerProcess(pid_t pid, UniqueFd socket) : pid_(pid), socket_(std::move(socket)) {}
  pid_t pid_ = -1;
  UniqueFd socket_;
};

class SignerSupervisor {
 public:
  SignerSupervisor(boost::asio::any_io_executor executor, SignerOptions options);
  ~SignerSupervisor();
  SignerSupervisor(const SignerSupervisor&) = delete;
  SignerSupervisor& operator=(const SignerSupervisor&) = delete;

  // Starts the signer and asks it, blocking, for its certificate, so that a missing CA or a broken
  // installation is an error at start.
  Result<UniqueX509> start();
  void stop();

  SignerClient& client();
  uint64_t restarts() const;
  pid_t pid() const;  // -1 while it is down

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vitrine::signer
