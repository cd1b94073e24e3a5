// What goes before every frame or packet of a packet socket with PACKET_VNET_HDR, or of a TUN
// device with IFF_VNET_HDR: virtio_net_hdr of VIRTIO 1.2 section 5.1.6.
//
// In the machine's byte order. (The kernel's own header of that name is not C++.)
#pragma once

#include <cstdint>

namespace vitrine {

struct VnetHeader {
  uint8_t flags = 0;
  uint8_t gso_type = 0;
  uint16_t header_length = 0;
  uint16_t segment_size = 0;
  uint16_t checksum_start = 0;
  uint16_t checksum_offset = 0;  // from checksum_start
};
static_assert(sizeof(VnetHeader) == 10);

// flags
constexpr uint8_t kNeedsChecksum = 1;
constexpr uint8_t kDataValid = 2;
// gso_type
constexpr uint8_t kGsoNone = 0;
constexpr uint8_t kGsoTcp4 = 1;
constexpr uint8_t kGsoTcp6 = 4;
constexpr uint8_t kGsoUdp = 5;
constexpr uint8_t kGsoEcn = 0x80;

}  // namespace vitrine
