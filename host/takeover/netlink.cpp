#include "host/takeover/netlink.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "host/base/bytes.h"

namespace vitrine::takeover {
namespace {

// A request with a fixed header of type Body and attributes; large enough for all of ours.
template <typename Body>
struct Message {
  nlmsghdr header{};
  Body body{};
  char attributes[128]{};

  Message(uint16_t type, uint16_t flags) {
    header.nlmsg_len = NLMSG_LENGTH(sizeof(Body));
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  }
  void add(uint16_t type, const void* data, size_t size) {
    auto* attribute =
        reinterpret_cast<rtattr*>(reinterpret_cast<char*>(this) + NLMSG_ALIGN(header.nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = static_cast<uint16_t>(RTA_LENGTH(size));
    std::memcpy(RTA_DATA(attribute), data, size);
    header.nlmsg_len =
        static_cast<uint32_t>(NLMSG_ALIGN(header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
  }
  void add(uint16_t type, uint32_t value) { add(type, &value, sizeof value); }
};

}  // namespace

Result<Netlink> Netlink::open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd.valid()) {
    return Status::from_errno("netlink socket", errno);
  }
  return Netlink(std::move(fd));
}

Status Netlink::request(void* message, const char* what) {
  auto* header = static_cast<nlmsghdr*>(message);
  header->nlmsg_seq = ++sequence_;
  if (::send(fd_.get(), message, header->nlmsg_len, 0) < 0) {
    return Status::from_errno(what, errno);
  }
  alignas(nlmsghdr) char answer[4096];
  const ssize_t size = ::recv(fd_.get(), answer, sizeof answer, 0);
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) {
    return {Code::kInternal, std::string(what) + ": short netlink answer"};
  }
  nlmsghdr reply;
  nlmsgerr error;
  std::memcpy(&reply, answer, sizeof reply);
  std::memcpy(&error, answer + NLMSG_HDRLEN, sizeof error);
  if (reply.nlmsg_type != NLMSG_ERROR || reply.nlmsg_seq != sequence_) {
    return {Code::kInternal, std::string(what) + ": unexpected netlink answer"};
  }
  return error.error == 0 ? Status::ok() : Status::from_errno(what, -error.error);
}

Status Netlink::set_link(int interface, uint32_t mtu, uint32_t queue_length) {
  Message<ifinfomsg> message(RTM_NEWLINK, 0);
  message.body.ifi_family = AF_UNSPEC;
  message.body.ifi_index = interface;
  message.body.ifi_flags = IFF_UP;
  message.body.ifi_change = IFF_UP;
  if (mtu != 0) {
    message.add(IFLA_MTU, mtu);
  }
  if (queue_length != 0) {
    message.add(IFLA_TXQLEN, queue_length);
  }
  return request(&message, "set link up");
}

Status Netlink::add_default_route(int family, int interface, uint32_t table, bool local) {
  Message<rtmsg> message(RTM_NEWROUTE, NLM_F_CREATE);
  message.body.rtm_family = static_cast<unsigned char>(family);
  message.body.rtm_table = RT_TABLE_UNSPEC;
  message.body.rtm_protocol = RTPROT_STATIC;
  message.body.rtm_scope = local ? RT_SCOPE_HOST : RT_SCOPE_LINK;
  message.body.rtm_type = local ? RTN_LOCAL : RTN_UNICAST;
  message.add(RTA_TABLE, table);
  message.add(RTA_OIF, static_cast<uint32_t>(interface));
  return request(&message, "add default route");
}

Status Netlink::add_input_rule(int family, const char* interface_name, uint32_t table) {
  Message<fib_rule_hdr> message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
  message.body.family = static_cast<uint8_t>(family);
  message.body.table = RT_TABLE_UNSPEC;
  message.body.action = FR_ACT_TO_TBL;
  message.add(FRA_TABLE, table);
  message.add(FRA_IIFNAME, interface_name, std::string_view(interface_name).size() + 1);
  return request(&message, "add input rule");
}

}  // namespace vitrine::takeover
