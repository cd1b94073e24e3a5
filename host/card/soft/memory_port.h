// A wire port made of two queues in memory: what tests put in is received, what is sent can be
// taken.
//
// Threads: any. Bounded by `capacity` frames each way; a full outgoing queue refuses.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "host/base/unique_fd.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

// A frame that owns its bytes.
struct StoredFrame {
  std::vector<uint8_t> bytes;
  WireFrame meta;  // meta.bytes is not used
};

// The two queues; shared by a MemoryPort and whoever stands at the wire's other end.
class MemoryWire {
 public:
  explicit MemoryWire(size_t capacity = 4096);

  // Towards the card; false where full.
  bool put(StoredFrame frame);
  // Everything that has left the card, in order.
  std::vector<StoredFrame> take();

 private:
  friend class MemoryPort;
  const size_t capacity_;
  std::mutex mutex_;
  std::deque<StoredFrame> to_card_;
  std::deque<StoredFrame> from_card_;
  UniqueFd event_;
};

class MemoryPort : public WirePort {
 public:
  // The wire must outlive the port.
  explicit MemoryPort(MemoryWire& wire, bool offloads = true) : wire_(wire), offloads_(offloads) {}

  size_t receive(std::span<WireFrame> out) override;
  void done() override { received_.clear(); }
  void send(std::span<const WireFrame> frames, std::span<bool> accepted) override;
  int wait_fd() const override { return wire_.event_.get(); }
  bool offloads() const override { return offloads_; }
  std::string description() const override { return "memory"; }

 private:
  MemoryWire& wire_;
  const bool offloads_;
  std::vector<StoredFrame> received_;
};

}  // namespace vitrine::card::soft
