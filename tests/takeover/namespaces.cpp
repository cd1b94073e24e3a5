#include "tests/takeover/namespaces.h"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <stdexcept>

#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "host/base/unique_fd.h"

namespace vitrine::test {

struct NamespaceThread::Queue {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::packaged_task<void()>> tasks;
  bool stop = false;
};

NamespaceThread::NamespaceThread() : queue_(std::make_shared<Queue>()) {
  std::promise<pid_t> ready;
  thread_ = std::thread([queue = queue_, &ready] {
    if (unshare(CLONE_NEWNET) != 0) {
      ready.set_exception(std::make_exception_ptr(std::runtime_error(
          "run this as root: it makes network namespaces, links and raw sockets")));
      return;
    }
    ready.set_value(gettid());
    std::unique_lock lock(queue->mutex);
    while (true) {
      queue->wake.wait(lock, [&] { return queue->stop || !queue->tasks.empty(); });
      if (queue->tasks.empty()) {
        return;
      }
      std::packaged_task<void()> task = std::move(queue->tasks.front());
      queue->tasks.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  });
  try {
    thread_id_ = ready.get_future().get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

NamespaceThread::~NamespaceThread() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->stop = true;
  }
  queue_->wake.notify_all();
  thread_.join();
}

std::future<void> NamespaceThread::start(std::function<void()> task) {
  std::packaged_task<void()> packaged(std::move(task));
  std::future<void> done = packaged.get_future();
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->tasks.push_back(std::move(packaged));
  }
  queue_->wake.notify_all();
  return done;
}

void shell(const std::string& command) {
  // A child of this thread is in this thread's namespace.
  EXPECT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(cert-env33-c)
}

namespace {

// Partial checksums and large segments would break raw forwarding.
void turn_offload_off(const char* interface) {
  const UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_value value{ETHTOOL_STXCSUM, 0};
  ifreq request{};
  std::string(interface).copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  EXPECT_EQ(ioctl(fd.get(), SIOCETHTOOL, &request), 0);
}

void set_up_host(NamespaceThread& host, const std::string& interface, const std::string& number) {
  host.run([&] {
    shell("ip link set lo up && ip link set " + interface + " up && ip addr add 10.9.0." + number +
          "/24 dev " + interface + " && ip addr add fd09::" + number + "/64 dev " + interface +
          " nodad");
    turn_offload_off(interface.c_str());
  });
}

}  // namespace

Topology::Topology() {
  middle.run([this] {
    shell(
        "ip link add inside type veth peer name c0 && ip link add outside type veth peer name s0");
    shell("ip link set c0 netns " + std::to_string(client.thread_id()) +
          " && ip link set s0 netns " + std::to_string(server.thread_id()));
    for (const std::string port : {"inside", "outside"}) {
      shell("sysctl -q net.ipv6.conf." + port + ".disable_ipv6=1; ip link set " + port +
            " up promisc on");
    }
  });
  set_up_host(client, "c0", "1");
  set_up_host(server, "s0", "2");
}

}  // namespace vitrine::test
