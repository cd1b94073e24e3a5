// Packets of one spliced connection, all made beforehand: a transfer from the server with the
// client's acknowledgements, cut into batches as a port would give them.
//
// The card edits frames in place, so a Traffic is used up by one pass. Both ways' frames stay
// readable afterwards.
#pragma once

#include <array>
#include <atomic>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "host/card/soft/wire_port.h"
#include "tests/card/spliced_connection.h"

namespace vitrine::card::test {

struct TrafficOptions {
  std::string name = "plain";
  ConnectionOptions connection;
  size_t record = 16384;        // content bytes
  size_t segment = 1448;        // payload bytes
  uint16_t coalesced_size = 0;  // segments are coalesced ones of this segment size
  bool offloads = false;        // the ports finish checksums
  bool disorder = false;        // within a batch segments come shuffled, and some twice
  bool key_updates = false;     // the sender's keys change once
};

class Traffic {
 public:
  static constexpr size_t kBatch = 32;

  explicit Traffic(const TrafficOptions& options, size_t batches = 64);

  // Batch i: segments from outside, then an acknowledgement of them all from inside.
  struct Batch {
    std::vector<soft::WireFrame> from_outside;
    soft::WireFrame from_inside;
  };
  std::vector<Batch>& batches() { return batches_; }
  // The connection as it is before the first frame.
  const FlowSpec& spec() const { return spec_; }
  size_t frames() const { return frames_; }
  // Whether the client's TLS opens what left, and finds all of what the server sent. REQUIRES:
  // every frame has been through the card.
  bool arrived();

 private:
  ByteVector stream(size_t bytes);
  soft::WireFrame keep(const PacketBuilder& packet);

  TrafficOptions options_;
  SplicedConnection connection_;
  FlowSpec spec_ = connection_.spec();
  vitrine::test::Random random_{7};
  std::vector<ByteVector> memory_;  // of all frames
  std::vector<Batch> batches_;
  std::vector<std::pair<Bytes, size_t>> in_order_;  // payloads, where the card edits them
  ByteVector content_;
  size_t frames_ = 0;
};

// Named by GoogleTest.
// NOLINTNEXTLINE(readability-identifier-naming)
inline void PrintTo(const TrafficOptions& options, std::ostream* out) { *out << options.name; }

// A wire that takes everything and remembers only how often it was called; what is to be received
// is given beforehand.
class QuietPort : public soft::WirePort {
 public:
  explicit QuietPort(bool offloads) : offloads_(offloads) {}

  size_t receive(std::span<soft::WireFrame> out) override;
  void done() override {}
  void send(std::span<const soft::WireFrame> frames, std::span<bool> accepted) override;
  int wait_fd() const override { return -1; }
  int wait_limit_ms() const override { return 1; }
  bool offloads() const override { return offloads_; }
  std::string description() const override { return "quiet"; }

  std::vector<soft::WireFrame> to_receive;
  std::atomic<bool> open{false};  // receive() gives frames
  std::atomic<uint64_t> receives{0};
  std::atomic<uint64_t> sends{0};
  std::atomic<uint64_t> sent{0};  // frames

 private:
  const bool offloads_;
  size_t received_ = 0;
};

}  // namespace vitrine::card::test
