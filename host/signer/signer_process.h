// Starting the signer program and keeping it alive.
//
// The program is a launcher that starts workers (launcher.h), so that a worker can be replaced
// after the daemon has given up root. Threads: SignerSupervisor lives on one executor, like its
// client. It replaces a worker that dies after 100 ms, then twice as long each time up to 10 s; a
// worker that ran for 10 s resets that.
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

// A running launcher; it and its worker are gone when this is.
class SignerProcess {
 public:
  struct Worker {
    pid_t pid = -1;
    UniqueFd socket;
  };

  // The program, with the other end of our control socket as descriptor 3.
  static Result<SignerProcess> spawn(const SignerOptions& options);
  SignerProcess(SignerProcess&& other) noexcept;
  SignerProcess& operator=(SignerProcess&& other) noexcept;
  ~SignerProcess() { stop(); }

  // A new worker in place of the last, if any. kUnavailable where the launcher has gone.
  Result<Worker> start_worker();
  void stop();

 private:
  SignerProcess(pid_t pid, UniqueFd control) : pid_(pid), control_(std::move(control)) {}
  pid_t pid_ = -1;
  UniqueFd control_;
};

class SignerSupervisor {
 public:
  SignerSupervisor(const boost::asio::any_io_executor& executor, SignerOptions options);
  ~SignerSupervisor();
  SignerSupervisor(const SignerSupervisor&) = delete;
  SignerSupervisor& operator=(const SignerSupervisor&) = delete;

  // Starts the signer and asks it, blocking, for its certificate, so that a missing CA or a broken
  // installation is an error at start.
  Result<UniqueX509> start();
  void stop();

  SignerClient& client();
  uint64_t restarts() const;
  pid_t pid() const;  // of the worker, -1 while there is none

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vitrine::signer
