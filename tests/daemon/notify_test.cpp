#include "host/daemon/notify.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/base/unique_fd.h"

namespace vitrine::daemon {
namespace {

// A service manager's end. `name` begins with '@' for an abstract address.
class Manager {
 public:
  explicit Manager(const std::string& name)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') {
      address.sun_path[0] = '\0';
    }
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
              0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string told() const {
    char text[64];
    const ssize_t size = ::recv(fd_.get(), text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, static_cast<size_t>(size));
  }

 private:
  UniqueFd fd_;
};

TEST(Notify, TellsAManagerAtAPathAndAtAnAbstractName) {
  const std::string path = ::testing::TempDir() + "notify-" + std::to_string(::getpid());
  for (const std::string& name : {path, "@vitrine-notify-" + std::to_string(::getpid())}) {
    const Manager manager(name);
    const Status told = notify_service_manager("READY=1");
    EXPECT_TRUE(told) << told.to_string();
    EXPECT_EQ(manager.told(), "READY=1");
  }
  ::unlink(path.c_str());
}

TEST(Notify, WithoutAManagerIsFine) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(notify_service_manager("READY=1"));
}

TEST(Notify, AddressThatIsNoneIsAnError) {
  for (const std::string& name :
       {std::string("relative"), std::string("/"), std::string(200, '/')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    EXPECT_EQ(notify_service_manager("READY=1").code(), Code::kInvalidArgument) << name;
  }
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace vitrine::daemon
