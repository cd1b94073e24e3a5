// A wire port on a network interface: an AF_PACKET socket, read and written by recvmmsg and
// sendmmsg, with PACKET_VNET_HDR so that frames coalesced by segmentation offload come and go
// whole. See README.md for the measurements behind that choice.
//
// Ownership: the socket, and the memory of one batch of received frames. Needs CAP_NET_RAW to open.
// The interface is promiscuous while the port lives; what its own kernel sends is not received.
// Bytes: the virtio header is in the machine's order (the socket's default).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/base/unique_fd.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

class PacketSocketPort : public WirePort {
 public:
  static Result<std::unique_ptr<WirePort>> open(const std::string& interface);
  ~PacketSocketPort() override;

  size_t receive(std::span<WireFrame> out) override;
  void done() override {}
  void send(std::span<const WireFrame> frames, std::span<bool> accepted) override;
  int wait_fd() const override { return socket_.get(); }
  uint64_t missed() override;
  bool offloads() const override { return true; }
  std::string description() const override { return interface_; }

 private:
  struct Batch;  // message headers and buffers

  PacketSocketPort(UniqueFd socket, std::string interface);

  UniqueFd socket_;
  const std::string interface_;
  std::unique_ptr<Batch> batch_;
  std::atomic<uint64_t> missed_{0};
};

}  // namespace vitrine::card::soft
