// Files of captured Ethernet frames, by libpcap: pcap and pcapng in, pcap with nanoseconds out.
//
// Values own what they have read; a file is closed with its object. Any thread, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine::sim {

struct CapturedFrame {
  uint64_t time_ns = 0;  // since 1970-01-01 UTC
  std::vector<uint8_t> bytes;
};

// All frames of a file. kNotFound: it cannot be opened; kMalformed: it is no capture, of another
// link than Ethernet, has a frame that was cut when it was captured, or ends amid one.
Result<std::vector<CapturedFrame>> read_capture(const std::string& path);

class CaptureWriter {
 public:
  static Result<CaptureWriter> open(const std::string& path);
  CaptureWriter(CaptureWriter&&) noexcept;
  CaptureWriter& operator=(CaptureWriter&&) noexcept;
  ~CaptureWriter();

  void write(uint64_t time_ns, Bytes frame);
  // kInternal where the file could not be written in full.
  Status flush();

 private:
  struct Impl;
  explicit CaptureWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitrine::sim
