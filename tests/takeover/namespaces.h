// Threads that live in network namespaces of their own, and the cables between them.
//
//   client namespace            middle namespace               server namespace
//   c0 10.9.0.1 fd09::1  ----  inside   (frames)  outside  ----  s0 10.9.0.2 fd09::2
//
// REQUIRES: root, iproute2.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <thread>

#include <unistd.h>

namespace vitrine::test {

// A thread in a fresh network namespace; tasks run there one after the other.
class NamespaceThread {
 public:
  // Throws where the process may not make namespaces: the test fails with what to do.
  NamespaceThread();
  ~NamespaceThread();
  NamespaceThread(const NamespaceThread&) = delete;
  NamespaceThread& operator=(const NamespaceThread&) = delete;

  std::future<void> start(std::function<void()> task);
  void run(std::function<void()> task) { start(std::move(task)).get(); }
  pid_t thread_id() const { return thread_id_; }

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;
  pid_t thread_id_ = 0;
  std::thread thread_;
};

// Runs a shell command in the calling thread's namespace; a failure is a test failure.
void shell(const std::string& command);

struct Topology {
  NamespaceThread client;
  NamespaceThread middle;
  NamespaceThread server;

  Topology();
};

}  // namespace vitrine::test
