// A wire port of the soft card: frames in and out by batch, behind one interface, so that tests and
// fault injection can stand in for the network.
//
// Ownership: the port owns the memory of received frames; the card edits them in place and sends
// them from there. Threads: all calls from the card's worker, but description(). Nothing here
// blocks.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "host/base/bytes.h"

namespace vitrine::card::soft {

// What is known of the transport checksum (RFC 9293 section 3.1, RFC 768).
enum class Checksum : uint8_t {
  kComplete,  // as it came from the wire; nobody has looked
  kVerified,  // complete, and the interface has checked it
  kPartial,   // the field holds the pseudo-header's sum; the port that sends it finishes it
};

// For a frame that stands for several segments: how the port that sends it cuts it.
enum class Segmentation : uint8_t { kNone, kTcp4, kTcp6, kUdp };

struct WireFrame {
  // With Checksum::kPartial and Segmentation other than kNone the frame may exceed the MTU.
  MutableBytes bytes;
  uint16_t segment_size = 0;  // payload bytes a segment; 0 with Segmentation::kNone
  Segmentation segmentation = Segmentation::kNone;
  bool congestion_reduced = false;  // TCP's CWR belongs to the first segment only (RFC 3168)
  Checksum checksum = Checksum::kComplete;
  uint16_t checksum_start = 0;   // kPartial: offset of the transport header
  uint16_t checksum_offset = 0;  // kPartial: of the field within it
  bool lost = false;             // received, and to be counted as lost by the fault injector
};

class WirePort {
 public:
  virtual ~WirePort() = default;

  // Fills up to out.size() frames and returns how many. Their bytes are valid and writable until
  // done(). REQUIRES: done() since the last receive() that gave frames.
  virtual size_t receive(std::span<WireFrame> out) = 0;
  // Gives the memory of the received frames back.
  virtual void done() = 0;
  // Sends in order; accepted[i] tells whether frame i was taken. The bytes are free afterwards.
  // REQUIRES: accepted.size() >= frames.size().
  virtual void send(std::span<const WireFrame> frames, std::span<bool> accepted) = 0;

  // Readable when receive() has something.
  virtual int wait_fd() const = 0;
  // Call receive() again within this many milliseconds even if wait_fd() stays silent; -1: no need.
  virtual int wait_limit_ms() const { return -1; }
  // Frames that were lost before receive() could see them, since the start.
  virtual uint64_t missed() { return 0; }
  // Whether send() takes partial checksums and segmented frames.
  virtual bool offloads() const = 0;
  // A few words for people.
  virtual std::string description() const = 0;
};

}  // namespace vitrine::card::soft
