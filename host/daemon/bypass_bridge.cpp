#include "host/daemon/bypass_bridge.h"

#include <cerrno>
#include <cstring>

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "host/base/unique_fd.h"

namespace vitrine::daemon {
namespace {

std::string bridge_name(const std::string& inside) {
  return "vtb" + std::to_string(if_nametoindex(inside.c_str()));
}

ifreq request_for(const std::string& interface_name) {
  ifreq request{};
  std::strncpy(request.ifr_name, interface_name.c_str(), IFNAMSIZ - 1);
  return request;
}

Status set_up(int control, const std::string& interface_name, bool up) {
  ifreq request = request_for(interface_name);
  if (ioctl(control, SIOCGIFFLAGS, &request) != 0) {
    return Status::from_errno("cannot read the flags of " + interface_name, errno);
  }
  const int flags = up ? (request.ifr_flags | IFF_UP) : (request.ifr_flags & ~IFF_UP);
  request.ifr_flags = static_cast<short>(flags);
  if (ioctl(control, SIOCSIFFLAGS, &request) != 0) {
    return Status::from_errno("cannot set " + interface_name + (up ? " up" : " down"), errno);
  }
  return Status::ok();
}

Status add_port(int control, const std::string& bridge, const std::string& port) {
  ifreq request = request_for(bridge);
  request.ifr_ifindex = static_cast<int>(if_nametoindex(port.c_str()));
  if (ioctl(control, SIOCBRADDIF, &request) != 0 && errno != EBUSY) {
    return Status::from_errno("cannot add " + port + " to the bypass bridge", errno);
  }
  return set_up(control, port, true);
}

}  // namespace

Status connect_bypass(const std::string& inside, const std::string& outside) {
  UniqueFd control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const std::string bridge = bridge_name(inside);
  if (ioctl(control.get(), SIOCBRADDBR, bridge.c_str()) != 0 && errno != EEXIST) {
    return Status::from_errno("cannot make the bypass bridge", errno);
  }
  for (const std::string& port : {inside, outside}) {
    if (Status added = add_port(control.get(), bridge, port); !added) {
      return added;
    }
  }
  return set_up(control.get(), bridge, true);
}

Status disconnect_bypass(const std::string& inside) {
  const std::string bridge = bridge_name(inside);
  if (if_nametoindex(bridge.c_str()) == 0) {
    return Status::ok();
  }
  UniqueFd control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (Status down = set_up(control.get(), bridge, false); !down) {
    return down;
  }
  if (ioctl(control.get(), SIOCBRDELBR, bridge.c_str()) != 0) {
    return Status::from_errno("cannot remove the bypass bridge", errno);
  }
  return Status::ok();
}

}  // namespace vitrine::daemon
