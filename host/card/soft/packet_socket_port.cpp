#include "host/card/soft/packet_socket_port.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "host/base/link_header.h"
#include "host/base/tcp_header.h"
#include "host/base/vnet_header.h"

namespace vitrine::card::soft {
namespace {

constexpr size_t kBatch = 32;
// Room before a frame for a VLAN tag that the kernel took out.
constexpr size_t kHeadroom = 64;
// The largest IP packet, Ethernet and two tags.
constexpr size_t kBufferLength = 65536 + 64;
constexpr int kSocketBuffer = 32 << 20;
constexpr int kSendWaitMs = 2;

Segmentation segmentation_of(uint8_t gso_type) {
  switch (gso_type & static_cast<uint8_t>(~kGsoEcn)) {
    case kGsoTcp4:
      return Segmentation::kTcp4;
    case kGsoTcp6:
      return Segmentation::kTcp6;
    case kGsoUdp:
      return Segmentation::kUdp;
    default:
      return Segmentation::kNone;
  }
}

uint8_t gso_type_of(const WireFrame& frame) {
  const uint8_t ecn = frame.congestion_reduced ? kGsoEcn : 0;
  switch (frame.segmentation) {
    case Segmentation::kTcp4:
      return kGsoTcp4 | ecn;
    case Segmentation::kTcp6:
      return kGsoTcp6 | ecn;
    case Segmentation::kUdp:
      return kGsoUdp;
    default:
      return kGsoNone;
  }
}

// What the kernel says of a received frame; refuses offsets outside it.
void describe(const VnetHeader& header, WireFrame& frame) {
  if ((header.flags & kNeedsChecksum) != 0) {
    if (size_t{header.checksum_start} + header.checksum_offset + 2 > frame.bytes.size()) {
      return;
    }
    frame.checksum = Checksum::kPartial;
    frame.checksum_start = header.checksum_start;
    frame.checksum_offset = header.checksum_offset;
  } else if ((header.flags & kDataValid) != 0) {
    frame.checksum = Checksum::kVerified;
  }
  frame.segmentation = segmentation_of(header.gso_type);
  frame.congestion_reduced = (header.gso_type & kGsoEcn) != 0;
  frame.segment_size =
      frame.segmentation == Segmentation::kNone ? uint16_t{0} : header.segment_size;
  if (frame.segment_size == 0) {
    frame.segmentation = Segmentation::kNone;
  }
}

// Ethernet, IP and transport header: what the kernel puts in the linear part of its buffer. Without
// it the kernel asks for 64 KiB in one piece.
uint16_t header_length(const WireFrame& frame) {
  const size_t data_offset_at = frame.checksum_start + kTcpDataOffset;
  size_t length = std::min<size_t>(frame.bytes.size(), 128);
  if (frame.checksum == Checksum::kPartial && data_offset_at < frame.bytes.size()) {
    const size_t transport = frame.segmentation == Segmentation::kUdp
                                 ? kUdpHeader
                                 : tcp_header_size(frame.bytes[data_offset_at]);
    length = std::min(frame.checksum_start + transport, frame.bytes.size());
  }
  return static_cast<uint16_t>(length);
}

VnetHeader header_for(const WireFrame& frame) {
  VnetHeader header{};
  if (frame.checksum == Checksum::kPartial) {
    header.flags = kNeedsChecksum;
    header.checksum_start = frame.checksum_start;
    header.checksum_offset = frame.checksum_offset;
  }
  header.gso_type = gso_type_of(frame);
  header.segment_size = frame.segment_size;
  header.header_length = header_length(frame);
  return header;
}

Status set_option(int fd, int level, int name, int value, const char* what) {
  if (::setsockopt(fd, level, name, &value, sizeof(value)) != 0) {
    return Status::from_errno(what, errno);
  }
  return {};
}

// Best effort: without CAP_NET_ADMIN the system's limits hold.
void enlarge_buffers(int fd) {
  const int size = kSocketBuffer;
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
  }
  if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
  }
}

Status configure(int fd, int interface_index) {
  const std::array<std::tuple<int, int, const char*>, 4> options{{
      {PACKET_VNET_HDR, 1, "PACKET_VNET_HDR"},
      {PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING"},
      {PACKET_AUXDATA, 1, "PACKET_AUXDATA"},
      {PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS"},
  }};
  for (const auto& [name, value, what] : options) {
    if (Status status = set_option(fd, SOL_PACKET, name, value, what); !status) {
      return status;
    }
  }
  enlarge_buffers(fd);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = interface_index;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return Status::from_errno("bind to the interface", errno);
  }
  packet_mreq membership{};
  membership.mr_ifindex = interface_index;
  membership.mr_type = PACKET_MR_PROMISC;
  if (::setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof(membership)) != 0) {
    return Status::from_errno("promiscuous mode", errno);
  }
  return {};
}

}  // namespace

struct PacketSocketPort::Batch {
  struct Receive {
    VnetHeader header;
    std::array<iovec, 2> parts;
    alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(tpacket_auxdata))> control;
  };
  struct Send {
    VnetHeader header;
    std::array<iovec, 2> parts;
  };
  std::array<mmsghdr, kBatch> receive_messages{};
  std::array<Receive, kBatch> received{};
  std::array<mmsghdr, kBatch> send_messages{};
  std::array<Send, kBatch> sent{};
  std::vector<uint8_t> buffers = std::vector<uint8_t>(kBatch * (kHeadroom + kBufferLength));

  uint8_t* buffer(size_t i) { return &buffers[i * (kHeadroom + kBufferLength) + kHeadroom]; }
  void reset_receive(size_t i);
  MutableBytes put_tag_back(size_t i, MutableBytes frame);
};

void PacketSocketPort::Batch::reset_receive(size_t i) {
  Receive& one = received[i];
  one.parts[0] = {&one.header, sizeof(one.header)};
  one.parts[1] = {buffer(i), kBufferLength};
  msghdr& message = receive_messages[i].msg_hdr;
  message = {};
  message.msg_iov = one.parts.data();
  message.msg_iovlen = one.parts.size();
  message.msg_control = one.control.data();
  message.msg_controllen = one.control.size();
}

// The kernel keeps the outer VLAN tag beside the frame; here it goes back in.
MutableBytes PacketSocketPort::Batch::put_tag_back(size_t i, MutableBytes frame) {
  msghdr& message = receive_messages[i].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
        c->cmsg_len < CMSG_LEN(sizeof(tpacket_auxdata))) {
      continue;
    }
    tpacket_auxdata aux{};
    std::memcpy(&aux, CMSG_DATA(c), sizeof(aux));
    if ((aux.tp_status & TP_STATUS_VLAN_VALID) == 0 || frame.size() < kMacAddressesSize) {
      return frame;
    }
    uint8_t* start = buffer(i) - kVlanTagSize;
    std::memmove(start, buffer(i), kMacAddressesSize);
    const bool has_type = (aux.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
    store_be16(start + kMacAddressesSize, has_type ? aux.tp_vlan_tpid : kEtherVlan);
    store_be16(start + kMacAddressesSize + 2, aux.tp_vlan_tci);
    received[i].header.checksum_start =
        static_cast<uint16_t>(received[i].header.checksum_start + kVlanTagSize);
    return {start, frame.size() + kVlanTagSize};
  }
  return frame;
}

Result<std::unique_ptr<WirePort>> PacketSocketPort::open(const std::string& interface) {
  const unsigned interface_index = ::if_nametoindex(interface.c_str());
  if (interface_index == 0) {
    return Status::from_errno("interface '" + interface + "'", errno);
  }
  // Protocol 0: nothing is received before bind() says where from.
  UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return Status::from_errno("packet socket (needs CAP_NET_RAW)", errno);
  }
  if (Status status = configure(fd.get(), static_cast<int>(interface_index)); !status) {
    return Status(status.code(), "interface '" + interface + "': " + status.message());
  }
  return std::unique_ptr<WirePort>(new PacketSocketPort(std::move(fd), interface));
}

PacketSocketPort::PacketSocketPort(UniqueFd socket, std::string interface)
    : socket_(std::move(socket)),
      interface_(std::move(interface)),
      batch_(std::make_unique<Batch>()) {
  for (size_t i = 0; i < kBatch; ++i) {
    batch_->reset_receive(i);
  }
}

PacketSocketPort::~PacketSocketPort() = default;

size_t PacketSocketPort::receive(std::span<WireFrame> out) {
  Batch& batch = *batch_;
  const auto limit = static_cast<unsigned>(std::min(out.size(), kBatch));
  const int got =
      ::recvmmsg(socket_.get(), batch.receive_messages.data(), limit, MSG_DONTWAIT, nullptr);
  if (got <= 0) {
    return 0;
  }
  const auto count = static_cast<size_t>(got);
  for (size_t i = 0; i < count; ++i) {
    const mmsghdr& message = batch.receive_messages[i];
    const size_t whole = message.msg_len;
    const size_t length = whole > sizeof(VnetHeader) ? whole - sizeof(VnetHeader) : 0;
    out[i] = WireFrame{};
    out[i].bytes = batch.put_tag_back(i, {batch.buffer(i), length});
    // A truncated frame keeps no promises; the parser will find it too short.
    if ((message.msg_hdr.msg_flags & MSG_TRUNC) == 0) {
      describe(batch.received[i].header, out[i]);
    }
    batch.reset_receive(i);
  }
  return count;
}

void PacketSocketPort::send(std::span<const WireFrame> frames, std::span<bool> accepted) {
  Batch& batch = *batch_;
  const size_t count = std::min(frames.size(), kBatch);
  for (size_t i = 0; i < count; ++i) {
    Batch::Send& one = batch.sent[i];
    one.header = header_for(frames[i]);
    one.parts[0] = {&one.header, sizeof(one.header)};
    one.parts[1] = {frames[i].bytes.data(), frames[i].bytes.size()};
    msghdr& message = batch.send_messages[i].msg_hdr;
    message = {};
    message.msg_iov = one.parts.data();
    message.msg_iovlen = one.parts.size();
  }
  bool waited = false;
  for (size_t done = 0; done < count;) {
    const int sent = ::sendmmsg(socket_.get(), &batch.send_messages[done],
                                static_cast<unsigned>(count - done), MSG_DONTWAIT);
    if (sent > 0) {
      std::fill_n(accepted.begin() + static_cast<ptrdiff_t>(done), sent, true);
      done += static_cast<size_t>(sent);
      waited = false;
      continue;
    }
    if (errno == EINTR) {
      continue;
    }
    if ((errno == EAGAIN || errno == ENOBUFS) && !waited) {
      // The interface is behind: a moment, once, then the frame is lost.
      pollfd fd{socket_.get(), POLLOUT, 0};
      ::poll(&fd, 1, kSendWaitMs);
      waited = true;
      continue;
    }
    accepted[done] = false;
    ++done;
    waited = false;
  }
  if (frames.size() > count) {
    send(frames.subspan(count), accepted.subspan(count));
  }
}

uint64_t PacketSocketPort::missed() {
  tpacket_stats stats{};
  socklen_t length = sizeof(stats);
  if (::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &stats, &length) == 0) {
    missed_ += stats.tp_drops;  // the kernel clears its count when it is read
  }
  return missed_;
}

}  // namespace vitrine::card::soft
