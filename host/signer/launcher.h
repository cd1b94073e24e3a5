// The small privileged half of the signer's program: starts workers on demand.
//
// The daemon gives up root, so it could not start a worker that must read the CA key when the first
// one has died; the launcher, started before, can. It holds no key and reads one byte and one
// descriptor at a time. It entered the CA's directory when it started: whoever may write to the
// state directory afterwards cannot make it read another one.
//
//   daemon → launcher   'W' with a socket (SCM_RIGHTS)
//   launcher → daemon   the worker's process id, u32 big endian; 0 where it could not be started
//
// The previous worker is killed first. When the daemon's end closes, worker and launcher end.
#pragma once

#include <functional>

namespace vitrine::signer {

constexpr char kStartWorker = 'W';

// Serves until the other end of `control` closes; returns the exit code. In a worker `work` is run,
// with its socket, and the process exits with its result.
int launch_workers(int control, const std::function<int(int socket)>& work);

}  // namespace vitrine::signer
