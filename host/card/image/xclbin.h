// The container of a bitstream, xclbin2 (axlf), as XRT's public xclbin.h lays it out.
//
// All numbers are little-endian; offsets are from the file's beginning:
//
//     0   "xclbin2\0", then signature, key block and unique id (not used here), 304 bytes together
//   304   header: length 8, time 8, feature ROM's time 8, version 4, mode 2, action 2, feature
//         ROM's UUID 16, platform's name 64, UUID 16, debug binary's name 16, sections 4 (+ 4)
//   456   sections, 40 bytes each: kind 4, name 16 (+ 4), offset 8, size 8
//
// The reader takes any bytes; the writer is for simulations and tests: real ones come from Vitis.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine::card::image {

// Kinds that this program knows; XRT knows more.
enum class SectionKind : uint32_t { kBitstream = 0, kMemTopology = 6, kIpLayout = 8 };

struct Section {
  SectionKind kind = SectionKind::kBitstream;
  std::string name;  // at most 15 characters
  Bytes bytes;       // aligned to 8 in the file
};

struct Xclbin {
  std::array<uint8_t, 16> uuid{};
  std::string platform;  // at most 63 characters: "xilinx:u55c:gen3x16_xdma:3.202210.1"
  uint64_t time = 0;     // seconds since 1970
  std::vector<Section> sections;
};

// Does it begin as one?
bool is_xclbin(Bytes bytes);

// Views into `bytes`. kMalformed for what no reader should follow: sections beyond the end, another
// length than the file's, too many sections.
Result<Xclbin> parse_xclbin(Bytes bytes);

// kInvalidArgument for names that do not fit.
Result<std::vector<uint8_t>> write_xclbin(const Xclbin& content);

struct IpEntry {
  std::string name;  // "vitrine_kernel:vitrine_1"; at most 63 characters
  uint64_t base = 0;
};
struct MemEntry {
  std::string tag;  // "HBM[0]"; at most 15 characters
  uint64_t base = 0;
  uint64_t kibibytes = 0;
};
// Contents of the sections by which XRT finds kernels and memories.
Result<std::vector<uint8_t>> ip_layout(const std::vector<IpEntry>& entries);
Result<std::vector<uint8_t>> mem_topology(const std::vector<MemEntry>& entries);

}  // namespace vitrine::card::image
