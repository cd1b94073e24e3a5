// The Ethernet header, VLAN tags included, that frames of one direction carry.
//
// Learned from a received frame and put before IP packets that the host sends in the same
// direction, so that both neighbours see the MAC addresses and tags that they always saw.
// A value; bytes as on the wire, the last two are the ethertype of the IP packet.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/link_header.h"

namespace vitrine::wire {

class LinkTemplate {
 public:
  LinkTemplate() = default;
  // Of the first `link_size` bytes of a frame. REQUIRES: 14 to 22 bytes.
  explicit LinkTemplate(Bytes header);

  bool known() const { return size_ != 0; }
  Bytes view() const { return {header_.data(), size_}; }
  // The frame that carries `ip_packet`. REQUIRES: known().
  std::vector<uint8_t> frame(Bytes ip_packet) const;
  // The same into a buffer that is used again and again; it is resized.
  void frame_into(std::vector<uint8_t>& out, Bytes ip_packet) const;

 private:
  std::array<uint8_t, kMaxLinkSize> header_{};
  uint8_t size_ = 0;
};

}  // namespace vitrine::wire
