#include "tests/takeover/wire_bench.h"

#include <algorithm>
#include <cerrno>

#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "host/base/checksum.h"
#include "host/wire/tcp_build.h"

namespace vitrine::test {
namespace {

constexpr uint16_t kPort = 443;

UniqueFd open_port(const char* name) {
  UniqueFd fd(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL)));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(name));
  const int on = 1;
  const int room = 64 << 20;
  EXPECT_EQ(setsockopt(fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on), 0);
  EXPECT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room), 0);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << name;
  return fd;
}

}  // namespace

WireBench::WireBench() : ports_{open_port("inside"), open_port("outside")} {
  auto stack = takeover::Stack::create();
  EXPECT_TRUE(stack) << stack.status().to_string();
  stack_ = std::move(*stack);
}

void WireBench::step(int timeout_ms) {
  pollfd fds[5] = {{ports_[0].get(), POLLIN, 0},
                   {ports_[1].get(), POLLIN, 0},
                   {stack_->fd(), POLLIN, 0},
                   {-1, POLLIN, 0},
                   {-1, POLLIN, 0}};
  if (connection_) {
    fds[3].fd = connection_->client_fd();
    fds[4].fd = connection_->server_fd();
  }
  poll(fds, 5, timeout_ms);
  uint8_t buffer[70000];
  for (const card::Port port : {card::Port::kInside, card::Port::kOutside}) {
    for (int i = 0; i < 64; ++i) {
      const ssize_t size = recv(ports_[static_cast<size_t>(port)].get(), buffer, sizeof buffer, 0);
      if (size <= 0) {
        break;
      }
      on_frame(port, {buffer, static_cast<size_t>(size)});
    }
  }
  table_.poll(*stack_, 256);
  if (keeper_) {
    for (const auto& frame : keeper_->due()) {
      emit(card::opposite(opening_->key().ingress), frame, 0);
    }
  }
}

void WireBench::on_frame(card::Port port, Bytes frame) {
  const auto packet = wire::parse_frame(frame, port);
  if (!packet || (packet->key.source_port != kPort && packet->key.destination_port != kPort)) {
    emit(card::opposite(port), frame, 0);
    return;
  }
  if (lose && lose(port, *packet)) {
    return;
  }
  resets_in += packet->has(wire::kRst) ? 1 : 0;
  receive(port, frame);
}

void WireBench::receive(card::Port port, Bytes frame) {
  const auto packet = wire::parse_frame(frame, port);
  if (splice_) {
    splice(port, *packet);
  } else if (connection_) {
    connection_->from_wire(card::direction_from(port), {port, 0}, frame);
  } else if (keeper_) {
    pass(port, *packet);
  } else {
    on_opening(port, *packet);
  }
}

void WireBench::on_opening(card::Port port, const wire::TcpPacket& packet) {
  if (!opening_ && packet.has(wire::kSyn)) {
    auto opening = wire::Opening::from_syn(packet);
    ASSERT_TRUE(opening) << opening.status().to_string();
    opening_ = std::move(*opening);
  }
  if (!opening_) {
    return;
  }
  const wire::OpeningStep step = opening_->on_packet(packet);
  if (step.verdict == wire::OpeningVerdict::kPass) {
    emit(card::opposite(port), step.frame, 0);
  } else if (step.verdict == wire::OpeningVerdict::kHold) {
    if (!assembler_) {
      assembler_.emplace(opening_->client().initial_sequence + 1, held_hellos_);
    }
    EXPECT_TRUE(assembler_->add(packet, 0));
    if (assembler_->contiguous().size() >= client_hello) {
      acked_early = assembler_->acked_early();
      take_over ? start_takeover() : start_bypass();
    } else if (assembler_->wants_ack()) {
      emit(port, assembler_->acknowledge(*opening_), 0);
    }
  } else {
    ADD_FAILURE() << "verdict " << static_cast<int>(step.verdict) << " sequence " << packet.sequence
                  << " flags " << int{packet.flags} << " payload " << packet.payload.size()
                  << " from port " << static_cast<int>(port) << ", initial "
                  << opening_->server().initial_sequence;
  }
}

void WireBench::start_takeover() {
  const uint32_t early = assembler_->acknowledged_early() - assembler_->first_sequence();
  auto connection = takeover::Connection::create(*stack_, *this, *opening_, early);
  create_status = connection.status();
  if (!connection) {
    return;
  }
  connection_ = std::move(*connection);
  EXPECT_TRUE(table_.insert(*connection_));
  wire::HoldQueue held = assembler_->take_frames();
  while (!held.empty()) {
    const wire::HeldFrame frame = held.pop();
    connection_->from_wire(connection_->client_direction(), {opening_->key().ingress, 0},
                           frame.frame);
  }
}

void WireBench::start_bypass() {
  keeper_.emplace(*opening_, *assembler_, vitrine::Clock::system());
}

void WireBench::pass(card::Port port, const wire::TcpPacket& packet) {
  if (port != opening_->key().ingress) {
    keeper_->on_server_packet(packet);
  }
  emit(card::opposite(port), packet.frame, 0);
}

Status WireBench::inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) {
  if (how == card::InjectAs::kEgress) {
    emit(meta.port, frame, meta.segment_size);
  } else {
    const auto packet = wire::parse_frame(frame, meta.port);
    EXPECT_TRUE(packet && wire::checksums_are_right(*packet));
    EXPECT_TRUE(splice_);
    splice(meta.port, *packet);
  }
  return Status::ok();
}

void WireBench::emit(card::Port port, Bytes frame, uint16_t each) {
  const auto packet = wire::parse_frame(frame, card::opposite(port));
  if (packet) {
    EXPECT_TRUE(wire::checksums_are_right(*packet));
    resets_out += packet->has(wire::kRst) ? 1 : 0;
    if (on_egress) {
      on_egress(port, *packet);
    }
    if (lose_egress && lose_egress(port, *packet)) {
      return;
    }
  }
  segment_size = each != 0 ? each : segment_size;
  const int fd = ports_[static_cast<size_t>(port)].get();
  if (each == 0) {
    (void)send(fd, frame.data(), frame.size(), 0);
    return;
  }
  for (size_t at = 0; at < packet->payload.size(); at += each) {
    const size_t end = std::min<size_t>(at + each, packet->payload.size());
    const auto piece = wire::cut_frame(*packet, at, end);
    (void)send(fd, piece.data(), piece.size(), 0);
  }
}

void WireBench::splice(card::Port port, const wire::TcpPacket& packet) {
  ++spliced_frames;
  const size_t d = card::index(card::direction_from(port));
  const size_t o = 1 - d;
  std::vector<uint8_t> frame(packet.frame.begin(), packet.frame.end());
  uint8_t* tcp = &frame[packet.tcp_offset];
  store_be32(tcp + 4, packet.sequence + splice_->sequence_delta[d]);
  store_be32(tcp + 8, packet.acknowledgement - splice_->sequence_delta[o]);
  for (size_t at = 20; at < (tcp[12] >> 4) * size_t{4} && tcp[at] != 0;) {
    if (tcp[at] == 1) {
      ++at;
      continue;
    }
    if (tcp[at] == 8) {
      store_be32(tcp + at + 2, load_be32(tcp + at + 2) + splice_->timestamp_delta[d]);
      store_be32(tcp + at + 6, load_be32(tcp + at + 6) - splice_->timestamp_delta[o]);
    } else if (tcp[at] == 5) {
      for (size_t edge = at + 2; edge + 4 <= at + tcp[at + 1]; edge += 4) {
        store_be32(tcp + edge, load_be32(tcp + edge) - splice_->sequence_delta[o]);
      }
    }
    at += tcp[at + 1];
  }
  write_checksums(MutableBytes(frame).subspan(packet.ip_offset),
                  packet.tcp_offset - packet.ip_offset);
  emit(card::opposite(port), frame, 0);
}

// The first bytes of each leg are replaced by others of another length.
void WireBench::consume_hello(size_t leg) {
  const size_t in = leg == 0 ? client_hello : kServerHello;
  const size_t out = leg == 0 ? kClientHelloOut : kServerHelloOut;
  if (!hellos_done_[leg] && pending_[leg].size() >= in) {
    hellos_done_[leg] = true;
    pending_[leg].erase(pending_[leg].begin(), pending_[leg].begin() + static_cast<ptrdiff_t>(in));
    pending_[leg].insert(pending_[leg].begin(), out, uint8_t{0xee});
  }
}

bool WireBench::relay_leg(size_t leg) {
  const int from = leg == 0 ? connection_->client_fd() : connection_->server_fd();
  const int to = leg == 0 ? connection_->server_fd() : connection_->client_fd();
  std::vector<uint8_t>& pending = pending_[leg];
  uint8_t buffer[32768];
  if (pending.size() < 256 * 1024) {
    const ssize_t size = recv(from, buffer, sizeof buffer, 0);
    if (size > 0) {
      pending.insert(pending.end(), buffer, buffer + size);
      relayed_[leg] += static_cast<uint64_t>(size);
    } else if (size == 0 && pending.empty()) {
      shutdown(to, SHUT_WR);
    } else if (size < 0 && errno != EAGAIN) {
      return false;
    }
  }
  consume_hello(leg);
  if (hellos_done_[leg] && !pending.empty()) {
    const ssize_t size = send(to, pending.data(), pending.size(), MSG_NOSIGNAL);
    if (size > 0) {
      pending.erase(pending.begin(), pending.begin() + size);
    } else if (size < 0 && errno != EAGAIN) {
      return false;
    }
  }
  return true;
}

bool WireBench::relay() {
  if (!connection_ || connection_->client_fd() < 0) {
    return false;
  }
  const bool client = relay_leg(0);
  const bool server = relay_leg(1);
  return client && server;
}

}  // namespace vitrine::test
