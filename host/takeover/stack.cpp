// Stages of create(): namespace, sysctls, TUN device, links, routes. Each step needs the one
// before.
#include "host/takeover/stack.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "host/base/checksum.h"
#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"
#include "host/base/vnet_header.h"
#include "host/takeover/netlink.h"

namespace vitrine::takeover {
namespace {

constexpr uint32_t kTable = 100;
constexpr uint32_t kMtu = 65535;
// The default of 500 loses packets when many connections speak at once.
constexpr uint32_t kQueueLength = 10000;
constexpr size_t kMaxPacket = 65535;
constexpr char kDevice[] = "tun0";

Status set_sysctl(const char* name, const char* value) {
  const std::string path = std::string("/proc/sys/net/") + name;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid() || ::write(fd.get(), value, std::strlen(value)) < 0) {
    return Status::from_errno(path, errno);
  }
  return Status::ok();
}

Status set_sysctls() {
  struct Setting {
    const char* name;
    const char* value;
    bool required;
  };
  static constexpr Setting kSettings[] = {
      // Sources of packets from the TUN device are other machines: no reverse path.
      {"ipv4/conf/all/rp_filter", "0", true},
      {"ipv4/conf/default/rp_filter", "0", true},
      // No packets but TCP's own.
      {"ipv6/conf/default/addr_gen_mode", "1", false},
      {"ipv6/conf/default/accept_ra", "0", false},
      {"ipv6/conf/default/router_solicitations", "0", false},
      // A client may come again with the same port; the real ends keep their own TIME-WAIT.
      {"ipv4/tcp_max_tw_buckets", "0", false},
      {"ipv4/tcp_fin_timeout", "10", false},
      // One path is every path here: nothing learned about one end holds for the next.
      {"ipv4/tcp_no_metrics_save", "1", false},
      // ICMP "packet too big" does not get here.
      {"ipv4/tcp_mtu_probing", "1", false},
      {"ipv4/tcp_slow_start_after_idle", "0", false},
  };
  for (const Setting& setting : kSettings) {
    if (Status status = set_sysctl(setting.name, setting.value); !status && setting.required) {
      return status;
    }
  }
  return Status::ok();
}

// An unnamed-by-others TUN device: IP packets with a virtio header, so that large segments need no
// cutting in the kernel.
Result<UniqueFd> open_tun() {
  UniqueFd fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid()) {
    return Status::from_errno("/dev/net/tun", errno);
  }
  ifreq request{};
  std::memcpy(request.ifr_name, kDevice, sizeof kDevice);
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (::ioctl(fd.get(), TUNSETIFF, &request) < 0) {
    return Status::from_errno("create TUN device", errno);
  }
  if (::ioctl(fd.get(), TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0) {
    return Status::from_errno("TUN segmentation offload", errno);
  }
  return fd;
}

Result<int> interface_index(const char* name) {
  const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (!fd.valid() || ::ioctl(fd.get(), SIOCGIFINDEX, &request) < 0) {
    return Status::from_errno(std::string("interface ") + name, errno);
  }
  return request.ifr_ifindex;
}

Status lay_routes(Netlink& netlink, int family, int tun, int loopback) {
  Status status = netlink.add_default_route(family, tun, RT_TABLE_MAIN, false);
  if (status) {
    status = netlink.add_default_route(family, loopback, kTable, true);
  }
  return status ? netlink.add_input_rule(family, kDevice, kTable) : status;
}

Status lay_out() {
  auto netlink = Netlink::open();
  const auto tun = interface_index(kDevice);
  const auto loopback = interface_index("lo");
  for (const Status& status : {netlink.status(), tun.status(), loopback.status()}) {
    if (!status) {
      return status;
    }
  }
  Status status = netlink->set_link(*loopback, 0, 0);
  if (status) {
    status = netlink->set_link(*tun, kMtu, kQueueLength);
  }
  if (status) {
    status = lay_routes(*netlink, AF_INET, *tun, *loopback);
  }
  if (status && ::access("/proc/sys/net/ipv6", F_OK) == 0) {
    status = lay_routes(*netlink, AF_INET6, *tun, *loopback);
  }
  return status;
}

// The sum that the device would have put in.
void complete_checksum(MutableBytes ip, const VnetHeader& header) {
  const size_t start = header.checksum_start;
  const size_t field = start + header.checksum_offset;
  if ((header.flags & kNeedsChecksum) == 0 || field + 2 > ip.size()) {
    return;
  }
  const uint16_t sum = ones_sum(ip.subspan(start));
  store_be16(&ip[field], static_cast<uint16_t>(~sum));
}

}  // namespace

Stack::Stack(UniqueFd tun) : tun_(std::move(tun)), buffer_(kMaxPacket) {}

Result<std::unique_ptr<Stack>> Stack::create() {
  if (::unshare(CLONE_NEWNET) < 0) {
    return Status::from_errno("new network namespace", errno);
  }
  if (Status status = set_sysctls(); !status) {
    return status;
  }
  auto tun = open_tun();
  if (!tun) {
    return tun.status();
  }
  if (Status status = lay_out(); !status) {
    return status;
  }
  return std::unique_ptr<Stack>(new Stack(std::move(*tun)));
}

Status Stack::write(Bytes ip_packet) {
  VnetHeader header;
  if (ip_packet.size() >= kIpv4Header + kTcpHeader) {
    // The packet path has checked the sum; the kernel need not again.
    header.flags = kNeedsChecksum;
    header.checksum_start = static_cast<uint16_t>(
        ip_version(ip_packet[0]) == 4 ? ipv4_header_size(ip_packet[0]) : kIpv6Header);
    header.checksum_offset = kTcpChecksum;
  }
  const iovec parts[] = {{&header, sizeof header},
                         {const_cast<uint8_t*>(ip_packet.data()), ip_packet.size()}};
  if (::writev(tun_.get(), parts, 2) < 0) {
    return Status::from_errno("write to the stack", errno);
  }
  return Status::ok();
}

size_t Stack::read(const std::function<void(const StackPacket&)>& handler, size_t budget) {
  size_t count = 0;
  while (count < budget) {
    VnetHeader header;
    const iovec parts[] = {{&header, sizeof header}, {buffer_.data(), buffer_.size()}};
    const ssize_t size = ::readv(tun_.get(), parts, 2);
    if (size < static_cast<ssize_t>(sizeof header)) {
      break;
    }
    ++count;
    const auto ip = MutableBytes(buffer_).first(static_cast<size_t>(size) - sizeof header);
    complete_checksum(ip, header);
    const bool large = header.gso_type != kGsoNone;
    handler({ip, large ? header.segment_size : uint16_t{0}});
  }
  return count;
}

}  // namespace vitrine::takeover
